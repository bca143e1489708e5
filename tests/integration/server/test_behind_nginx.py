"""Behind Debian's nginx with ops/nginx.conf: TLS, and everything below a path."""

import re

import accounts
import httpx
import nginx
import pytest
from served import Served

pytestmark = pytest.mark.skipif(
    not nginx.installed(), reason="no nginx: scripts/debian brings it"
)
API = "/netspace/api/v1"
PERSON = {"accept": "text/html"}


@pytest.fixture(scope="module")
def proxy(tmp_path_factory):
    """nginx, and behind it a server with accounts and a population."""
    folder = tmp_path_factory.mktemp("nginx")
    tls, plain = nginx.free_ports(2)
    served = Served(
        folder / "netspace.db",
        NETSPACE_AUTH="accounts",
        NETSPACE_PUBLIC_URL=f"https://{nginx.NAME}:{tls}/netspace",
        NETSPACE_PROXIES="127.0.0.1",
    )
    served.measured("easy", *range(5, 30))
    accounts.join(served.database, "max")
    served.start()
    proxy = nginx.Proxy(folder, tls, plain, served.port)
    proxy.served = served
    proxy.start()
    yield proxy
    proxy.stop()
    served.close()


@pytest.fixture
def stranger(proxy):
    origin = f"https://{nginx.NAME}:{proxy.tls}"
    with httpx.Client(verify=proxy.trust, base_url=origin, timeout=30) as client:
        yield client


def log_in(client, **headers):
    form = {"name": "max", "password": accounts.PASSWORD}
    shown = {"origin": str(client.base_url).rstrip("/"), **headers}
    return client.post("/netspace/auth/login?next=/app/queue", data=form, headers=shown)


@pytest.fixture
def person(stranger):
    assert log_in(stranger).status_code == 303
    stranger.headers["origin"] = str(stranger.base_url).rstrip("/")
    return stranger


def test_plain_http_leads_to_tls(proxy):
    answer = httpx.get(
        f"http://127.0.0.1:{proxy.plain}/netspace/app/queue?a=1",
        headers={"host": nginx.NAME},
    )
    assert answer.status_code == 301
    assert answer.headers["location"] == f"{proxy.url}/app/queue?a=1"


def test_who_is_nobody_is_led_to_the_login_and_back_below_the_path(stranger):
    led = stranger.get("/netspace/app/queue", headers=PERSON)
    assert led.status_code == 303
    assert led.headers["location"] == "/netspace/auth/login?next=%2Fapp%2Fqueue"
    page = stranger.get(led.headers["location"]).text
    for address in re.findall(r'(?:href|action|src)="([^"]+)"', page):
        assert address.startswith(("/netspace/", "data:")), address
    assert stranger.get("/netspace/auth/style.css").status_code == 200
    assert log_in(stranger).headers["location"] == "/netspace/app/queue"


def test_the_sessions_cookie_travels_by_tls_alone_and_is_of_this_host(stranger):
    cookie = log_in(stranger).headers["set-cookie"]
    assert cookie.startswith("__Host-netspace=")
    for word in ("Secure", "HttpOnly", "Path=/", "SameSite=lax"):
        assert word in cookie
    assert "Domain" not in cookie


def test_redirects_stay_below_the_path(person):
    for path, to in (
        ("/netspace", "/netspace/"),
        ("/netspace/", "/netspace/app/"),
        ("/netspace/queue?group=done", "/netspace/app/queue?group=done"),
        ("/netspace/auth/login?next=/app/speed", "/netspace/app/speed"),
    ):
        answer = person.get(path, headers=PERSON)
        assert answer.status_code in (301, 303, 307), path
        assert answer.headers["location"] == to
    lost = person.get("/netspace/app/nowhere", headers=PERSON)
    assert lost.status_code == 404
    assert 'href="/netspace/app/queue"' in lost.text


def test_a_page_is_there_with_all_that_it_lists(person):
    page = person.get("/netspace/app/", headers=PERSON)
    assert page.status_code == 200
    head = sum(len(name) + len(value) for name, value in page.headers.raw)
    assert head > 2_000, "its policy is a long header"
    listed = re.findall(r'(?:href|src)="([^"]+)"', page.text)
    files = {address for address in listed if not address.startswith("data:")}
    assert len(files) > 20
    for address in files:
        assert address.startswith("/netspace/"), address
        assert person.get(address).status_code == 200, address
    for path in ("_dash-layout", "_dash-dependencies"):
        assert person.get(f"/netspace/app/{path}").status_code == 200


def test_a_callback_is_answered(person):
    known = person.get("/netspace/app/_dash-dependencies").json()
    asked = next(one for one in known if not one.get("clientside_function"))
    outputs = asked["output"].strip(".").split("...")
    pairs = [dict(zip(("id", "property"), one.rsplit(".", 1), strict=True)) for one in outputs]
    inputs = [{**one, "value": None} for one in asked["inputs"]]
    body = {
        "output": asked["output"],
        "outputs": pairs if asked["output"].startswith("..") else pairs[0],
        "inputs": inputs,
        "state": [{**one, "value": None} for one in asked["state"]],
        "changedPropIds": [f"{inputs[0]['id']}.{inputs[0]['property']}"],
    }
    answer = person.post("/netspace/app/_dash-update-component", json=body)
    assert answer.status_code in (200, 204), answer.text


def test_rest_is_compressed_once_and_remembered(person):
    answer = person.get(f"{API}/populations/1/networks?limit=100")
    assert answer.status_code == 200
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.json()
    tag = answer.headers["etag"]
    again = person.get(
        f"{API}/populations/1/networks?limit=100", headers={"if-none-match": tag}
    )
    assert again.status_code == 304


def test_an_event_is_heard_while_its_stream_goes_on(person, proxy):
    with person.stream("GET", f"{API}/events") as stream:
        lines = stream.iter_lines()
        assert any(line.startswith("event: activity") for line in lines)
        proxy.served.measured("heard", 40, 50)
        assert any(line.startswith("data:") and '"population":2' in line for line in lines)


def test_what_is_sent_may_be_larger_than_nginx_takes_by_itself(person):
    kind = {"content-type": "application/gzip"}
    answer = person.post(f"{API}/archive", content=b"x" * 3 * 2**20, headers=kind)
    assert answer.status_code in (409, 415, 422), answer.text
    assert answer.headers["content-type"] == "application/problem+json", "we say it, not nginx"


@pytest.mark.parametrize("origin", ["https://evil.example", "http://localhost", "null", ""])
def test_a_page_of_another_origin_changes_nothing(person, proxy, origin):
    shown = {"origin": origin or f"http://{nginx.NAME}:{proxy.tls}"}
    answer = person.post(f"{API}/populations/1/pause", headers=shown)
    assert answer.status_code == 403


def test_what_a_client_says_of_its_own_address_is_not_believed(stranger):
    forged = {"x-forwarded-for": "6.6.6.6", "x-forwarded-proto": "http", "forwarded": "for=6"}
    assert log_in(stranger, **forged).status_code == 303
    kept = stranger.get(f"{API}/me/sessions").text
    assert "127.0.0.1" in kept
    assert "6.6.6.6" not in kept


def test_a_figure_can_be_downloaded(person):
    figure = person.get("/netspace/app/figures/edf.html?population=1")
    assert figure.status_code == 200
    assert "plotly" in figure.text.lower()
    assert 'filename="population-1' in figure.headers["content-disposition"]
    values = person.get("/netspace/app/figures/one/edf.csv?population=1")
    assert values.status_code == 200, values.text
    assert "attachment" in values.headers["content-disposition"]


def test_the_documentation_asks_below_the_path(person):
    page = person.get("/netspace/api/docs")
    for address in re.findall(r'(?:href|src)="([^"]+)"', page.text):
        assert person.get(address).status_code == 200, address
    assert "/netspace/api/openapi.json" in page.text
    document = person.get("/netspace/api/openapi.json").json()
    assert document["servers"] == [{"url": "/netspace"}]


def test_a_proxy_may_leave_the_path_on(proxy):
    shown = {"host": f"{nginx.NAME}:{proxy.tls}"}
    for root in ("", "/netspace"):
        answer = httpx.get(f"{proxy.served.url}{root}/app/queue", headers=shown | PERSON)
        assert answer.headers["location"] == "/netspace/auth/login?next=%2Fapp%2Fqueue"
        style = httpx.get(f"{proxy.served.url}{root}/auth/style.css", headers=shown)
        assert style.status_code == 200
        refused = httpx.get(f"{proxy.served.url}{root}/api/v1/populations", headers=shown)
        assert refused.status_code == 401, "a longer path is no way around the login"


def test_nginx_has_nothing_to_complain_of(proxy):
    assert proxy.complaints() == ""
