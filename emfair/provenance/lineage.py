"""Where an experiment's things come from, as a picture (Graphviz' DOT) and in words.

Pure: records in, text out. What many things are alike is drawn as one, so that thousands of files
fit on a screen. What does not belong here: the records themselves (`record`).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from emfair.provenance.record import Entity, ProvenanceRecord
from emfair.units import human_size

EACH = 4
"""Things of one kind that are drawn one by one."""
LONGEST = 32
"""Letters of a name."""
_KINDS = (
    ("raw/files/", "raw file", "raw files"),
    ("nexus/", "NXem container", "NXem containers"),
    ("reports/", "validation report", "validation reports"),
    ("README.md", "README", "READMEs"),
)
"""What begins like this below an experiment, and what one and several of it are called.

What goes along with every step (manifest, annotations, the conversion's report) and pictures are
not drawn: the records name them all.
"""
_ASIDE = ("nexus/conversion.json",)
_ONE_BY_ONE = ("raw/files/", "nexus/")


@dataclass(frozen=True)
class Node:
    """Some things (or one), or a step that made things of others; `lines` are its words."""

    name: str
    lines: tuple[str, ...]
    is_step: bool = False


@dataclass(frozen=True)
class Lineage:
    """Things and steps, and what went into what: pairs of names, in the order of time."""

    nodes: tuple[Node, ...]
    edges: tuple[tuple[str, str], ...]

    @property
    def dot(self) -> str:
        """The picture, in Graphviz' language; its colours read on light and dark."""
        lines = [
            "digraph {",
            "graph [rankdir=TB, bgcolor=transparent, nodesep=0.25, ranksep=0.3, margin=0]",
            'node [fontname="sans-serif", fontsize=11, shape=box, style=filled, color="#8a979d", '
            'fillcolor="#f1efe9", fontcolor="#1d2529", margin="0.14,0.08"]',
            'edge [color="#7d8b92", arrowsize=0.7]',
        ]
        for node in self.nodes:
            label = "\\n".join(map(_quoted, node.lines))
            style = ', style="filled,rounded", fillcolor="#bfe3e2"' if node.is_step else ""
            lines.append(f'"{_quoted(node.name)}" [label="{label}"{style}]')
        lines += [f'"{_quoted(first)}" -> "{_quoted(then)}"' for first, then in self.edges]
        return "\n".join([*lines, "}"])

    @property
    def words(self) -> tuple[str, ...]:
        """The same as sentences, one for each step."""
        named = {node.name: node for node in self.nodes}
        told = []
        for node in self.nodes:
            if node.is_step:
                before = [", ".join(named[a].lines) for a, b in self.edges if b == node.name]
                after = [", ".join(named[b].lines) for a, b in self.edges if a == node.name]
                made = f", made {'; '.join(after)}" if after else ""
                told.append(
                    f"{', '.join(node.lines)}: took {'; '.join(before) or 'nothing'}{made}."
                )
        return tuple(told)


def lineage(
    records: Sequence[ProvenanceRecord],
    steps: Mapping[str, str],
    when: Callable[[datetime], str],
) -> Lineage:
    """Return the lineage of what is there now: the last record of each step.

    Parameters
    ----------
    records
        Oldest first.
    steps
        What each step is called, in the order of the chain; others are left out.
    when
        Returns a time in words.
    """
    last = {record.activity: record for record in records}
    nodes: dict[str, Node] = {}
    edges: list[tuple[str, str]] = []
    names: dict[str, str] = {}
    for activity, words in steps.items():
        if activity not in last:
            continue
        record = last[activity]
        step = Node(f"step {activity}", (words, when(record.started_at)), is_step=True)
        for node in _things(record.inputs, record.experiment, names):
            nodes.setdefault(node.name, node)
            edges.append((node.name, step.name))
        nodes[step.name] = step
        made = [one for one in record.outputs if one.key not in names]  # it checked, not made them
        for node in _things(made, record.experiment, names):
            nodes.setdefault(node.name, node)
            edges.append((step.name, node.name))
    return Lineage(tuple(nodes.values()), tuple(dict.fromkeys(edges)))


def _things(entities: Iterable[Entity], experiment: str, names: dict[str, str]) -> list[Node]:
    """Return things as nodes: one by one if they are few of their kind; `names` is added to."""
    by_kind: dict[tuple[str, str, str], list[tuple[str, Entity]]] = {}
    for one in entities:
        path = one.key.partition(f"experiment={experiment}/")[2]
        kind = next((kind for kind in _KINDS if path.startswith(kind[0])), None)
        if kind is not None and path not in _ASIDE:
            by_kind.setdefault(kind, []).append((path.removeprefix(kind[0]) or path, one))
    nodes = []
    for (start, single, several), some in by_kind.items():
        if start in _ONE_BY_ONE and len(some) <= EACH:
            nodes += [
                Node(one.key, (_short(name), f"{single}, {human_size(one.size)}"))
                for name, one in some
            ]
            names.update((one.key, one.key) for _, one in some)
        else:
            size = human_size(sum(one.size for _, one in some))
            word = single if len(some) == 1 else several
            nodes.append(Node(several, (f"{len(some):,} {word}", size)))
            names.update((one.key, several) for _, one in some)
    return nodes


def _short(name: str) -> str:
    last = name.rsplit("/", 1)[-1]
    return last if len(last) <= LONGEST else f"{last[: LONGEST // 2]}…{last[-LONGEST // 2 + 1 :]}"


def _quoted(text: str) -> str:
    """Return `text` for within double quotes of DOT: nothing in it is read as anything else."""
    plain = "".join(
        " " if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp") else char
        for char in text
    )
    return plain.replace("\\", "\\\\").replace('"', '\\"')
