"""Populations, as REST says and hears them: how far they are, and what is asked of them."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from designspace.spaces import RULES, DesignSpace
from jobs.messages import Failure
from server.schemas.base import (
    VISIBLE,
    Body,
    Parameter,
    Priority,
    Read,
    Seed,
    Sharing,
    Visible,
    Words,
)
from services.defining.names import Id, Name
from services.keeping.words import Study
from services.sampling.origins import Origin
from services.sampling.populations import LARGEST, Spec
from services.sampling.records import Kind

NUMBER = f"a whole number from 1 to {LARGEST:,}, or `all`"


class PopulationCreate(Body):
    name: Name
    space_id: Id
    regime_id: Id
    n: int | Literal["all"] = Field(
        description="distinct networks; `all`: every network of a space that is small enough "
        "inside the windows, each once, in a random order that the seed gives"
    )
    windows: dict[Parameter, Words] = Field(
        {},
        max_length=3,
        description="constraints on flops, params, activations",
        examples=[{"flops": "100k..300k"}],
    )
    seed: Seed = Field(0, description="of the draws")
    training_seed: Seed = Field(
        0, description="of the training; populations of one training seed share results"
    )
    priority: Priority = Field(0, description="of the jobs: lower goes first")
    inherits: Id | None = Field(
        None,
        description="a population whose measured networks of this space come first; n counts "
        "them, too, and some have to be new",
    )
    visibility: Visible = Field("lab", description=VISIBLE)

    @field_validator(
        "n",
        mode="plain",
        json_schema_input_type=Annotated[int, Field(ge=1, le=LARGEST)] | Literal["all"],
    )
    @classmethod
    def _is_a_number_or_all(cls, given: Any) -> Any:
        if given != "all" and not (type(given) is int and 1 <= given <= LARGEST):
            raise ValueError(NUMBER)
        return given

    @property
    def spec(self) -> Spec:
        asked = self.model_dump()
        whole = asked["n"] == "all"
        return Spec(**asked | {"n": 0 if whole else asked["n"], "whole": whole})


class PopulationPatch(Sharing):
    name: Name | None = Field(None, description="another name, which nobody else's has")
    study: Study | None = Field(
        None, description="a label that people group populations by; empty: of none"
    )
    archived: bool | None = Field(
        None, description="put away: its jobs don't run, and no page offers it unless asked"
    )
    paused: bool | None = Field(None, description="whether its queued jobs are held up")
    priority: Priority | None = Field(None, description="lower goes first; 0 by default")


class Restoration(Body):
    name: Name | None = Field(None, description="another name, where its own is taken")


class MoreNetworks(Body):
    n: int = Field(ge=1, le=LARGEST, description="networks to add")


class RefinementAsk(Body):
    """Constraints that become part of the space, and rules by their field of the family."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Annotated[list[Parameter], Field(max_length=8)]]

    constraints: dict[Parameter, Words] = Field(
        {}, max_length=50, examples=[{"depth": "10..24", "flops": "..400M"}]
    )

    @property
    def rules(self) -> dict[str, list[Parameter]]:
        """The parameters that each rule is to hold for, beside those that it holds for."""
        return self.__pydantic_extra__

    @model_validator(mode="after")
    def _rules_are_of_a_family(self) -> Self:
        known = sorted({rule.field for rule in RULES})
        if unknown := sorted(set(self.rules) - set(known)):
            raise ValueError(
                f"no field {', '.join(unknown)}: there are constraints, {', '.join(known)}"
            )
        return self


class RefinementRead(Read):
    refined_from: int = Field(description="id of the space")
    space: DesignSpace
    regime_id: int
    training_seed: int
    windows: dict[str, str]
    inherited: int = Field(description="networks measured already that would come first")
    reason: str | None = Field(description="why it can inherit none")


class RetryAll(Body):
    failures: list[Failure] = Field(
        [], max_length=20, description="only jobs that failed so; any by default"
    )


class JobsChanged(BaseModel):
    jobs: int = Field(description="how many jobs this changed")


class ProgressRead(Read):
    total: int
    done: int
    failed: int
    cancelled: int = Field(description="by somebody; to be asked for again with retry")
    running: int
    queued: int
    paused: int
    ended: bool = Field(description="no job is left to be done")
    complete: bool = Field(description="and none of them was cancelled")
    networks_per_minute: float
    seconds_left: float | None


class DeedBrief(Read):
    at: int
    actor: str
    what: str


class PopulationRead(Read):
    id: int
    name: str
    kind: Kind = Field(
        description="sampled here, or the rows of a table: that has no space, regime and seeds"
    )
    criterion: str = Field(
        description="the column that its networks are judged by, unless `of` names another"
    )
    space_id: int | None
    space_name: str | None
    regime_id: int | None
    regime_name: str | None
    n: int
    whole: bool = Field(description="all networks of the space inside the windows, each once")
    windows: dict[str, str]
    seed: int | None
    training_seed: int | None
    paused: bool
    priority: int
    inherits: int | None
    inherited: int = Field(description="how many networks come from there")
    tried: int | None = Field(description="candidates drawn to find the n networks")
    refused: dict[str, int] = Field(description="candidates not taken, by cause")
    archive: str | None = Field(description="SHA-256 of the file it was imported from")
    origin: Origin = Field(description="made here, or came with netspace or an archive")
    provenance: dict[str, Any] | None = Field(description="where an imported one was measured")
    owner: str | None = Field(description="name of the account; null: nobody's")
    visibility: str = Field(description=VISIBLE)
    mine: bool = Field(description="who asks may change it")
    deed: DeedBrief | None = Field(
        description="what somebody but its owner did to it last; for who may change it"
    )
    version: int
    created_at: int
    study: str | None = Field(description="a label that people group populations by")
    archived_at: int | None = Field(description="when it was put away; null: it is not")
    deleted_at: int | None = Field(description="when; null but in lists of what is deleted")
    note: str = Field(description="plain text of who may change it")
    tags: list[str]
    progress: ProgressRead
