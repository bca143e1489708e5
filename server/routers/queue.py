"""The queue: jobs and workers, as a person looks after them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from server.dependencies import ReadDep, ScheduleDep, WriteDep
from server.etags import Tagged
from server.gate.doors import SEE, STEER
from server.lists import After, Fields, link, only, said_in_part
from server.problems import CHANGING, MISSING, TAKEN
from server.schemas.base import Items
from server.schemas.queue import JobLineRead, JobListRead, WorkerRead
from services.defining.names import Id
from services.numbers import Whole
from services.work import jobs, roster, schedule
from services.work.jobs import Group

router = APIRouter(route_class=Tagged, tags=["queue"], dependencies=[SEE])


@router.get("/workers")
def list_workers(session: ReadDep) -> Items[WorkerRead]:
    """All workers with what they are at; one that died stays for an hour."""
    every = roster.every(session)
    return Items(items=[WorkerRead.model_validate(item) for item in every])


@router.get("/jobs", response_model=JobListRead, responses=MISSING)
def list_jobs(
    request: Request,
    session: ReadDep,
    group: Annotated[Group, Query(description="failed: without a result, however")] = "running",
    population: Annotated[Id | None, Query(description="only jobs that it wants")] = None,
    limit: Annotated[Whole, Query(ge=1, le=1000)] = 50,
    offset: Annotated[
        Whole,
        Query(ge=0, lt=2**31, description="pages by number, which jobs that end move along"),
    ] = 0,
    after: After = None,
    fields: Fields = "",
) -> Any:
    """Running jobs oldest first, waiting ones in order of service, ended ones latest first."""
    found = jobs.listed(session, group, population, limit, offset, after)
    link(request, found.next)
    return said_in_part(JobListRead.model_validate(found), JobLineRead, fields)


@router.get("/jobs/{job_id}", response_model=JobLineRead, responses=MISSING)
def read_job(job_id: Id, session: ReadDep, fields: Fields = "") -> Any:
    """One job."""
    return only(JobLineRead.model_validate(jobs.get(session, job_id)), fields)


@router.post(
    "/jobs/{job_id}/cancel",
    responses=CHANGING | MISSING | TAKEN,
    dependencies=[STEER],
)
def cancel_job(job_id: Id, session: WriteDep) -> JobLineRead:
    """End a job; one at work ends with its worker's next heartbeat."""
    schedule.cancel_job(session, job_id)
    return JobLineRead.model_validate(jobs.get(session, job_id))


@router.post(
    "/jobs/{job_id}/retry",
    responses=CHANGING | MISSING | TAKEN,
    dependencies=[STEER],
)
def retry_job(job_id: Id, session: ScheduleDep) -> JobLineRead:
    """Ask again for a job that ended without a result."""
    schedule.retry_job(session, job_id)
    return JobLineRead.model_validate(jobs.get(session, job_id))
