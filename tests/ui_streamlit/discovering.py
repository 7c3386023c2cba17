"""What tests read from tables whose rows lead to pages, and choose where they are searched."""

from __future__ import annotations

import re


def choices(app, label):
    return next(one for one in app.multiselect if one.label == label)


def number(app):
    (found,) = [one.value for one in app.markdown if one.value.startswith("**")]
    return found.replace("*", "")


def address(app):
    return {
        name: said if isinstance(said, list) else [said] for name, said in app.query_params.items()
    }


def identifiers(app):
    """Return the experiments that the titles of the table lead to; none without a table."""
    bodies = "".join(piece.proto.body for piece in app.get("html"))
    return re.findall(r'class="em-found-title"><a href="experiment\?id=([^"&]+)', bodies)


def cells(app, label):
    """Return a column of the table."""
    bodies = [one.proto.body for one in app.get("html")]
    (table,) = [body for body in bodies if 'class="em-found-title"' in body]
    heads = re.findall(r"<th[^>]*>(.*?)</th>", table)
    rows = [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in table.split("<tr>")[2:]]
    return [row[heads.index(label)] for row in rows]
