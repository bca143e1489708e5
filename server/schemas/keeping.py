"""Notes, tags and views, as REST says and hears them."""

from __future__ import annotations

from pydantic import BaseModel, Field

from server.schemas.base import VISIBLE, Body, Read, Visible
from services.defining.names import Id, Name
from services.keeping.addresses import LONGEST, Page
from services.keeping.notes import Kind
from services.keeping.words import MOST_TAGS, NoteText, Tag

SEEN_WITH = f"{VISIBLE}; and of these only who sees all its populations"
READ = "that was read: a change that somebody made since is not written over"


class NoteWrite(Body):
    text: NoteText = Field("", description="plain text; lines stay as they are written")
    tags: list[Tag] = Field([], max_length=MOST_TAGS, description="small letters, no blanks")
    version: Id | None = Field(None, description=f"of the note {READ}")


class NoteRead(Read):
    id: int = Field(description="0: nobody has written anything")
    kind: Kind
    population_id: int | None
    network_id: int | None = Field(description="as the population's lists have it")
    view_id: int | None
    of: str = Field(description="name of the population or view")
    text: str
    tags: list[str]
    version: int
    changed_at: int | None
    author: str | None = Field(description="name of the account that wrote last")


class TagRead(BaseModel):
    tag: str
    things: int = Field(description="populations, networks and views that have it")


class ViewCreate(Body):
    name: Name
    page: Page
    query: str = Field(
        max_length=LONGEST,
        description="the address behind the page, from ? on",
        examples=["?population=1&depth=5..8"],
    )
    visibility: Visible = Field("lab", description=SEEN_WITH)
    note: NoteText = Field("", description="plain text")
    tags: list[Tag] = Field([], max_length=MOST_TAGS)


class ViewPatch(Body):
    name: Name | None = None
    query: str | None = Field(None, max_length=LONGEST, description="what it shows from now on")
    visibility: Visible | None = Field(None, description=SEEN_WITH)
    version: Id | None = Field(None, description=f"of the view {READ}")


class ShownRead(Read):
    id: int
    name: str | None = Field(description="null: it is deleted")


class ViewRead(Read):
    id: int
    name: str
    page: Page
    query: str
    populations: list[ShownRead]
    note: str
    tags: list[str]
    owner: str | None = Field(description="name of the account; null: nobody's")
    visibility: str = Field(description=SEEN_WITH)
    mine: bool = Field(description="who asks may change it")
    version: int
    created_at: int
    changed_at: int
