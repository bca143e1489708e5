"""Keeping: notes and tags of populations, networks and views; views of the pages."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, status

from server.dependencies import ReadDep, WriteDep
from server.etags import Tagged
from server.gate.doors import CREATE, SEE, STEER
from server.lists import Fields, ListDep, only
from server.once import OnceDep
from server.problems import CHANGING, MISSING, TAKEN
from server.schemas.base import Items, PageOf, Searched
from server.schemas.keeping import (
    NoteRead,
    NoteWrite,
    TagRead,
    ViewCreate,
    ViewPatch,
    ViewRead,
)
from services.defining.names import Id
from services.errors import Refused
from services.keeping import notes, views, words
from services.keeping.addresses import Page

router = APIRouter(route_class=Tagged, tags=["notes and views"], dependencies=[SEE])

Search = Annotated[Searched, Query(description="words that are all in the texts of it")]
WithTag = Annotated[Searched, Query(description="that it has")]
OfPopulation = Annotated[Id | None, Query(description="only of this one")]


@router.get("/notes", response_model=PageOf[NoteRead], responses=MISSING)
def list_notes(
    session: ReadDep,
    asked: ListDep,
    search: Search = "",
    tag: WithTag = "",
    population: OfPopulation = None,
) -> Any:
    """All notes of what is visible, oldest first; of a population, its networks' too."""
    found = notes.every(session, search, words.asked(tag), population, asked.after_id)
    return asked.answer(NoteRead, found)


@router.get("/tags")
def list_tags(session: ReadDep) -> Items[TagRead]:
    """All tags of what is visible, in the order of letters."""
    counted = notes.tags(session).items()
    return Items(items=[TagRead(tag=tag, things=things) for tag, things in counted])


@router.get("/populations/{population_id}/note", response_model=NoteRead, responses=MISSING)
def read_note(population_id: Id, session: ReadDep, fields: Fields = "") -> Any:
    """What is written down of a population."""
    return only(NoteRead.model_validate(notes.of_population(session, population_id)), fields)


@router.put(
    "/populations/{population_id}/note",
    responses=CHANGING | MISSING | TAKEN,
    dependencies=[STEER],
)
def write_note(population_id: Id, body: NoteWrite, session: WriteDep) -> NoteRead:
    """Write the note and tags of a population in place of what was there."""
    written = notes.write_of_population(
        session, population_id, body.text, body.tags, read=body.version
    )
    return NoteRead.model_validate(written)


@router.get(
    "/populations/{population_id}/networks/{network_id}/note",
    response_model=NoteRead,
    responses=MISSING,
)
def read_network_note(
    population_id: Id, network_id: Id, session: ReadDep, fields: Fields = ""
) -> Any:
    """What is written down of a network of a population, or of a row of a table."""
    found = notes.of_network(session, population_id, network_id)
    return only(NoteRead.model_validate(found), fields)


@router.put(
    "/populations/{population_id}/networks/{network_id}/note",
    responses=CHANGING | MISSING | TAKEN,
    dependencies=[STEER],
)
def write_network_note(
    population_id: Id, network_id: Id, body: NoteWrite, session: WriteDep
) -> NoteRead:
    """Write the note and tags of a network of a population in place of what was there."""
    written = notes.write_of_network(
        session, population_id, network_id, body.text, body.tags, body.version
    )
    return NoteRead.model_validate(written)


@router.post(
    "/views",
    status_code=status.HTTP_201_CREATED,
    responses=CHANGING | MISSING | TAKEN,
    dependencies=[CREATE],
)
def keep_view(body: ViewCreate, session: WriteDep, once: OnceDep) -> ViewRead:
    """Keep what a page shows, by its address, under a name."""
    once.begin(session)
    read = ViewRead.model_validate(views.get(session, views.keep(session, **body.model_dump())))
    once.end(session, read.model_dump(mode="json"))
    return read


@router.get("/views", response_model=PageOf[ViewRead])
def list_views(
    session: ReadDep,
    asked: ListDep,
    page: Annotated[Page | None, Query(description="only of this one")] = None,
    search: Search = "",
    tag: WithTag = "",
    population: OfPopulation = None,
    deleted: Annotated[
        bool, Query(description="instead those deleted that who asks may restore")
    ] = False,
) -> Any:
    """All views, oldest first."""
    if deleted:
        if page is not None or search or tag or population is not None:
            raise Refused("deleted", True, "no filter beside it: it lists all there are")
        return asked.answer(ViewRead, views.deleted(session))
    found = views.every(
        session, page or "", search, words.asked(tag), population, asked.after_id
    )
    return asked.answer(ViewRead, found)


@router.get("/views/{view_id}", response_model=ViewRead, responses=MISSING)
def read_view(view_id: Id, session: ReadDep, fields: Fields = "") -> Any:
    """One view."""
    return only(ViewRead.model_validate(views.get(session, view_id)), fields)


@router.patch("/views/{view_id}", responses=CHANGING | MISSING | TAKEN, dependencies=[STEER])
def change_view(view_id: Id, body: ViewPatch, session: WriteDep) -> ViewRead:
    """Give it another name, what it shows, or who sees it."""
    views.change(session, view_id, body.name, body.query, body.visibility, body.version)
    return ViewRead.model_validate(views.get(session, view_id))


@router.delete(
    "/views/{view_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=CHANGING | MISSING,
    dependencies=[STEER],
)
def delete_view(view_id: Id, session: WriteDep) -> None:
    """Delete it. `restore` brings it back."""
    views.remove(session, view_id)


@router.post(
    "/views/{view_id}/restore",
    responses=CHANGING | MISSING | TAKEN,
    dependencies=[STEER],
)
def restore_view(view_id: Id, session: WriteDep) -> ViewRead:
    """Bring a deleted one back."""
    views.restore(session, view_id)
    return ViewRead.model_validate(views.get(session, view_id))


@router.get("/views/{view_id}/note", response_model=NoteRead, responses=MISSING)
def read_view_note(view_id: Id, session: ReadDep, fields: Fields = "") -> Any:
    """What is written down of a view."""
    return only(NoteRead.model_validate(notes.of_view(session, view_id)), fields)


@router.put("/views/{view_id}/note", responses=CHANGING | MISSING | TAKEN, dependencies=[STEER])
def write_view_note(view_id: Id, body: NoteWrite, session: WriteDep) -> NoteRead:
    """Write the note and tags of a view in place of what was there."""
    return NoteRead.model_validate(
        notes.write_of_view(session, view_id, body.text, body.tags, body.version)
    )
