"""Tables as files: written into a folder, sniffed, read."""

from services.exchange.tables.preview import preview
from services.exchange.tables.reading import read


def file(folder, text, name="table.csv", encoding="utf-8"):
    """A file of text."""
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return path


def sniffed(folder, text, name="table.csv", encoding="utf-8"):
    """The preview of a file of text, without any choice."""
    return preview(file(folder, text, name, encoding), name)


def taken(folder, text, name="table.csv", encoding="utf-8", **chosen):
    """The table of a file of text, read by the plan that is sniffed and what is chosen."""
    path = file(folder, text, name, encoding)
    plan = preview(path, name).plan
    return read(path, plan.model_validate(plan.model_dump() | chosen))


def column(plan, source):
    """What a plan makes of a column of the file."""
    return next(one for one in plan.columns if one.source == source)


def chosen(plan, source, **changes):
    """A plan in which something else was chosen for one column."""
    columns = [
        one.model_dump() | (changes if one.source == source else {}) for one in plan.columns
    ]
    return plan.model_validate(plan.model_dump() | {"columns": columns})
