"""Populations: create, list, read, pause and resume."""

from __future__ import annotations

from fastapi import APIRouter, status

from server.dependencies import PartsDep, ReadDep, WriteDep
from server.schemas import Items, PopulationCreate, PopulationPatch, PopulationRead
from services import populations
from services.populations import Spec

router = APIRouter(prefix="/populations", tags=["populations"])


@router.post("", status_code=status.HTTP_201_CREATED)
def create_population(body: PopulationCreate, parts: PartsDep) -> PopulationRead:
    """Sample n distinct networks inside the windows and queue their training."""
    id = populations.create(parts.database, Spec(**body.model_dump()))
    parts.queue.wake()
    with parts.database.read() as session:
        return PopulationRead.model_validate(populations.get(session, id))


@router.get("")
def list_populations(session: ReadDep) -> Items[PopulationRead]:
    """All populations with their progress, oldest first."""
    every = populations.every(session)
    return Items(items=[PopulationRead.model_validate(item) for item in every])


@router.get("/{population_id}")
def read_population(population_id: int, session: ReadDep) -> PopulationRead:
    """One population with its progress."""
    return PopulationRead.model_validate(populations.get(session, population_id))


@router.patch("/{population_id}")
def pause_or_resume(
    population_id: int, body: PopulationPatch, session: WriteDep
) -> PopulationRead:
    """Stop or go on taking the population's queued jobs; running ones end as they would."""
    populations.set_paused(session, population_id, body.paused)
    return PopulationRead.model_validate(populations.get(session, population_id))
