"""Populations: create, list, read, make larger; hold up, cancel and retry their jobs."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, status
from sqlalchemy.orm import Session

from server.dependencies import Parts, PartsDep, ReadDep, ScheduleDep, WriteDep
from server.etags import Tagged
from server.gate.doors import CREATE, PURGE, SEE, STEER
from server.lists import Fields, ListDep, only
from server.once import OnceDep
from server.problems import CHANGING, MISSING, TAKEN
from server.schemas.base import PageOf, Searched
from server.schemas.populations import (
    JobsChanged,
    MoreNetworks,
    PopulationCreate,
    PopulationPatch,
    PopulationRead,
    RefinementAsk,
    RefinementRead,
    Restoration,
    RetryAll,
)
from services.acting.once import Once
from services.defining.names import Id
from services.errors import Refused
from services.keeping import words
from services.sampling import managing, populations, records, refinements, sharing
from services.sampling.records import Sought
from services.sampling.samplers import Sampler
from services.work import schedule

router = APIRouter(
    route_class=Tagged, prefix="/populations", tags=["populations"], dependencies=[SEE]
)


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    responses=CHANGING | MISSING | TAKEN,
    dependencies=[CREATE],
)
async def create_population(
    request: Request, body: PopulationCreate, parts: PartsDep, once: OnceDep
) -> PopulationRead:
    """Sample n distinct networks inside the windows, or all, and queue their training."""
    once.say = _said

    def create(sampler: Sampler) -> PopulationRead:
        id = populations.create(parts.database, body.spec, sampler, once=once)
        return _queued(parts, id, once)

    return await parts.samplers.attend(request.is_disconnected, create)


@router.get("", response_model=PageOf[PopulationRead])
def list_populations(
    session: ReadDep,
    asked: ListDep,
    search: Annotated[
        Searched,
        Query(
            description="words that are all in the name, study, space, regime, owner, note or "
            "tags"
        ),
    ] = "",
    tag: Annotated[Searched, Query(description="that it has")] = "",
    study: Annotated[Searched, Query(description="that it is of")] = "",
    archived: Annotated[
        bool | None, Query(description="only those put away, or only others; both by default")
    ] = None,
    deleted: Annotated[
        bool, Query(description="instead those deleted that who asks may restore")
    ] = False,
) -> Any:
    """All populations with their progress, oldest first."""
    if deleted:
        if search or tag or study or archived is not None:
            raise Refused("deleted", True, "no search beside it: it lists all there are")
        return asked.answer(PopulationRead, records.deleted(session))
    sought = Sought(search, words.asked(tag), study, archived)
    most = None if asked.limit is None else asked.limit + 1
    found = records.every(session, asked.after_id, most, None if sought == Sought() else sought)
    return asked.answer(PopulationRead, found)


@router.get("/{population_id}", response_model=PopulationRead, responses=MISSING)
def read_population(population_id: Id, session: ReadDep, fields: Fields = "") -> Any:
    """One population with its progress."""
    return only(PopulationRead.model_validate(records.get(session, population_id)), fields)


@router.patch("/{population_id}", responses=CHANGING | MISSING | TAKEN, dependencies=[STEER])
def change_population(
    population_id: Id, body: PopulationPatch, session: ScheduleDep
) -> PopulationRead:
    """Hold up its queued jobs or let them go on, before or behind those of others; rename it,
    say of which study it is, put it away; say who sees it; give it to somebody, as an
    administrator.

    Running jobs end as they would.
    """
    if body.priority is not None:
        schedule.set_priority(session, population_id, body.priority)
    if body.paused is not None:
        schedule.set_paused(session, population_id, body.paused)
    if body.name is not None:
        managing.rename(session, population_id, body.name)
    if body.study is not None:
        managing.group(session, population_id, body.study)
    if body.archived is not None:
        managing.archive(session, population_id, body.archived)
    sharing.change(session, "population", population_id, body.visibility, body.owner)
    return PopulationRead.model_validate(records.get(session, population_id))


@router.delete(
    "/{population_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=CHANGING | MISSING | TAKEN,
    dependencies=[STEER],
)
def delete_population(
    population_id: Id,
    session: ScheduleDep,
    used: Annotated[
        bool, Query(description="also where others go by it: heirs, sets, watches")
    ] = False,
) -> None:
    """Delete it: it is there for nobody, its jobs wait. `restore` brings it back."""
    managing.remove(session, population_id, used)


@router.post(
    "/{population_id}/restore",
    responses=CHANGING | MISSING | TAKEN,
    dependencies=[STEER],
)
def restore_population(
    population_id: Id, session: ScheduleDep, once: OnceDep, body: Restoration | None = None
) -> PopulationRead:
    """Bring a deleted one back, under another name where its own is taken."""
    once.begin(session)
    managing.restore(session, population_id, body.name if body else None)
    read = PopulationRead.model_validate(records.get(session, population_id))
    once.end(session, read.model_dump(mode="json"))
    return read


@router.post(
    "/{population_id}/purge",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=CHANGING | MISSING | TAKEN,
    dependencies=[PURGE],
)
def purge_population(population_id: Id, session: WriteDep) -> None:
    """Remove a deleted one for good, with its draws or rows and notes. Results of networks
    stay."""
    managing.purge(session, population_id)


@router.post(
    "/{population_id}/networks",
    responses=CHANGING | MISSING | TAKEN,
    dependencies=[STEER],
)
async def add_networks(
    request: Request, population_id: Id, body: MoreNetworks, parts: PartsDep, once: OnceDep
) -> PopulationRead:
    """Make the population larger, as its seed goes on, and queue the training."""
    once.say = _said

    def extend(sampler: Sampler) -> PopulationRead:
        populations.extend(parts.database, population_id, body.n, sampler, once)
        return _queued(parts, population_id, once)

    return await parts.samplers.attend(request.is_disconnected, extend)


def _said(session: Session, id: int) -> Any:
    """What is answered again where the same is asked again."""
    read = PopulationRead.model_validate(records.get(session, id))
    return read.model_dump(mode="json")


def _queued(parts: Parts, id: int, once: Once) -> PopulationRead:
    """A population whose new jobs are queued, with the workers woken for them."""
    parts.queue.wake()
    if once.answer is not None:
        return PopulationRead.model_validate(once.answer)
    with parts.database.read() as session:
        return PopulationRead.model_validate(records.get(session, id))


@router.post("/{population_id}/refinement", responses=CHANGING | MISSING | TAKEN)
def propose_refinement(
    population_id: Id, body: RefinementAsk, session: ReadDep
) -> RefinementRead:
    """The space of its networks that pass, with ties and orders added. Nothing is stored."""
    found = refinements.propose(session, population_id, body.constraints, body.rules)
    return RefinementRead.model_validate(found)


@router.post(
    "/{population_id}/benchmarks",
    responses=CHANGING | MISSING | TAKEN,
    dependencies=[STEER],
)
def queue_benchmarks(population_id: Id, session: ScheduleDep) -> JobsChanged:
    """Measure latency, training step and memory of each network that has no benchmark yet."""
    return JobsChanged(jobs=schedule.queue_benchmarks(session, population_id))


@router.post(
    "/{population_id}/cancel",
    responses=CHANGING | MISSING | TAKEN,
    dependencies=[STEER],
)
def cancel_jobs(population_id: Id, parts: PartsDep) -> JobsChanged:
    """End its jobs that have not ended, but for those that other populations want, too."""
    return JobsChanged(jobs=schedule.cancel(parts.database, population_id))


@router.post(
    "/{population_id}/retry",
    responses=CHANGING | MISSING | TAKEN,
    dependencies=[STEER],
)
def retry_jobs(population_id: Id, parts: PartsDep, body: RetryAll | None = None) -> JobsChanged:
    """Ask again for its jobs that ended without a result."""
    failures = body.failures if body else ()
    changed = JobsChanged(jobs=schedule.retry(parts.database, population_id, failures))
    parts.queue.wake()
    return changed
