"""Origins of populations: the demo, the shipped studies, archives, what people make here."""

import pytest

from netspace.studies import study
from services.sampling.origins import DEMO, origin

SHA = "0" * 64


@pytest.mark.parametrize(
    ("name", "archive", "said"),
    [
        ("RegNetX, b = 1", None, "here"),
        ("Studying RegNetX", None, "here"),
        (DEMO[0], None, "demo"),
        (DEMO[0], SHA, "imported"),
        ("a colleague's", SHA, "imported"),
        ("Study: RegNetX (fashion-14)", SHA, "study"),
        ("Study: RegNetX (fashion-14)", None, "study"),  # `netspace study` queues it here
    ],
)
def test_a_population_says_where_it_comes_from(name, archive, said):
    assert origin(name, archive) == said


def test_every_population_of_the_reference_study_is_one_of_a_study():
    parts = study.parts(study.Study())
    assert {origin(study.title(part), None) for part in parts} == {"study"}
