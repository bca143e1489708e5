"""Web processes are renewed though they are asked without a pause, and nobody is refused."""

import pytest
from webs import renew, running


@pytest.mark.alone  # its load takes all cores, and a process must be ready in two minutes
@pytest.mark.timeout(600)
def test_web_processes_are_renewed_under_a_load_that_takes_all_and_no_request_fails(tmp_path):
    with running(tmp_path) as webs:
        before = webs.children()
        assert renew(webs, pause=0) == []
        after = webs.children()
        assert len(before) == len(after) == 2
        assert not after & before
