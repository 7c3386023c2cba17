"""From YAML that a person wrote to plain values, or to the line that cannot be taken.

What does not belong here: what the values mean (`emfair.nxem.annotations`).
"""

from __future__ import annotations

from typing import Any

import yaml

from emfair.errors import BadAnnotations

_LONGEST = 1024  # bits of an integer; Python refuses to show much longer ones
_SHOWN = 60  # characters


def cut(text: str) -> str:
    """Return `text` as short as a message can hold it."""
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def parse_yaml(text: str, source: str) -> Any:
    """Return what YAML (or JSON) `text` holds.

    Raises
    ------
    BadAnnotations
        It is no YAML, is nested too deep, has aliases or merges, or says a key twice.
    """
    try:
        return yaml.load(text, _Loader)  # noqa: S506 -- it is a SafeLoader
    except RecursionError as error:
        raise BadAnnotations(
            "is nested too deep.", subject=source, remedy="Write it as flat as README shows."
        ) from error
    except _RefusedError as error:
        raise BadAnnotations(
            f"{error.what} in line {error.line}.", subject=source, remedy=error.remedy
        ) from error
    except yaml.YAMLError as error:
        where = getattr(error, "problem_mark", None)
        line = f" in line {where.line + 1}" if where else ""
        raise BadAnnotations(
            f"is not valid YAML{line}.",
            subject=source,
            remedy="Mend the line (text that looks like a date or a number wants quotes).",
        ) from error


class _RefusedError(yaml.YAMLError):
    """Sound YAML that an annotation file must not hold."""

    def __init__(self, what: str, mark: Any, remedy: str) -> None:
        self.what, self.line, self.remedy = what, mark.line + 1, remedy
        super().__init__(what)


class _Loader(yaml.SafeLoader):
    """PyYAML's, but what cannot be made a date or a number is an error that knows its line.

    So are aliases (``*a``) and merges (``<<``): nine lines of them can grow to a thousand million
    values. And so is a key that stands twice: PyYAML forgets what was said first.
    """

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            event: Any = self.peek_event()  # type: ignore[no-untyped-call]
            raise _RefusedError(
                f"repeats a part by its name (*{cut(event.anchor)})",
                event.start_mark,
                "Write the part out (a text that begins with * wants quotes).",
            )
        return super().compose_node(parent, index)

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        for key, _ in node.value:
            if key.tag == "tag:yaml.org,2002:merge":
                raise _RefusedError(
                    "merges another part (<<)", key.start_mark, "Write the part out."
                )

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        mapping: dict[Any, Any] = super().construct_mapping(node, deep)
        if len(mapping) < len(node.value):
            self._refuse_twice(node)
        return mapping

    def _refuse_twice(self, node: yaml.MappingNode) -> None:
        seen = set()
        for key, _ in node.value:
            name = self.construct_object(key, deep=True)
            if name in seen:
                raise _RefusedError(
                    f"says {cut(repr(name))} a second time",
                    key.start_mark,
                    "Keep one, and put all that belongs to it there.",
                )
            seen.add(name)

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            value = super().construct_object(node, deep)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            raise yaml.MarkedYAMLError(problem_mark=node.start_mark) from error
        if isinstance(value, int) and value.bit_length() > _LONGEST:
            raise yaml.MarkedYAMLError(problem_mark=node.start_mark)
        return value
