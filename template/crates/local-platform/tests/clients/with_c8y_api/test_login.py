"""The OAI-Secure login: `/tenant/oauth`, with and without a second factor."""

import local_platform as lp
import pytest
import requests
import totp
from c8y_api import CumulocityApi
from c8y_api._auth import HTTPBearerAuth
from c8y_api._base_api import CumulocityRestApi, HttpError, MissingTfaError, UnauthorizedError
from c8y_api._jwt import JWT
from c8y_api.model import User

PASSWORD = "Secret!42"


@pytest.fixture
def login(platform):
    def login(user=lp.ADMIN, password=lp.PASSWORD, **factor):
        return CumulocityRestApi.authenticate(platform.url, lp.OWNER, user, password, **factor)

    return login


@pytest.fixture
def user(c8y, platform):
    """A client of a user who may read itself, and nothing else."""
    name = lp.unique("user")
    User(c8y, username=name, email=f"{name}@example.com", password=PASSWORD).create()
    role = {"role": {"self": f"{platform.url}/user/roles/ROLE_USER_MANAGEMENT_OWN_READ"}}
    c8y.post(f"/user/{lp.OWNER}/users/{name}/roles", role)
    return CumulocityApi(platform.url, lp.OWNER, name, PASSWORD)


def test_a_login_gives_a_token_that_says_whose_it_is(platform, login):
    token, xsrf = login()
    jwt = JWT(token)
    assert (jwt.username, jwt.tenant_id, jwt.get_claim("xsrfToken")) == (lp.ADMIN, lp.OWNER, xsrf)
    assert jwt.get_valid_seconds() > 60
    bearer = CumulocityApi(platform.url, lp.OWNER, auth=HTTPBearerAuth(token))
    assert bearer.users.get_current().username == lp.ADMIN


def test_the_cookie_needs_the_xsrf_token_beside_it(platform, login):
    token, xsrf = login()
    url, cookies = f"{platform.url}/user/currentUser", {"authorization": token}
    assert requests.get(url, cookies=cookies, headers={"X-XSRF-TOKEN": xsrf}, timeout=10).status_code == 200
    assert requests.get(url, cookies=cookies, timeout=10).status_code == 401


def test_the_cookie_wins_over_a_phony_basic_header(platform, login):
    token, xsrf = login()
    headers = {"X-XSRF-TOKEN": xsrf, "Authorization": lp.basic(lp.ADMIN, "fake")}
    answer = requests.get(
        f"{platform.url}/user/currentUser", cookies={"authorization": token}, headers=headers, timeout=10
    )
    assert answer.status_code == 200, answer.text


def test_a_wrong_password_is_refused(login):
    with pytest.raises(UnauthorizedError) as refused:
        login(password="wrong")
    assert not isinstance(refused.value, MissingTfaError)


def test_a_false_token_is_refused(platform):
    header = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZG1pbiIsInRlbiI6InQxMDAifQ.c2lnbmF0dXJl"
    stranger = CumulocityApi(platform.url, lp.OWNER, auth=HTTPBearerAuth(header))
    with pytest.raises(UnauthorizedError):
        stranger.users.get_current()


def test_a_user_with_a_second_factor_needs_its_code(user, login):
    current = user.users.get_current()
    secret, url = current.generate_totp_secret()
    assert secret in url
    assert not current.is_valid_totp("000000")
    assert current.is_valid_totp(totp.code(secret))
    assert not current.get_totp_enabled()
    current.enable_totp()
    with pytest.raises(MissingTfaError):
        login(current.username, PASSWORD)
    with pytest.raises(HttpError):
        login(current.username, PASSWORD, tfa_token="000000")
    token, _ = login(current.username, PASSWORD, tfa_token=totp.code(secret))
    assert JWT(token).username == current.username


def test_an_administrator_takes_a_second_factor_away(c8y, user, login):
    current = user.users.get_current()
    current.generate_totp_secret()
    current.enable_totp()
    settings = c8y.users.get_tfa_settings(current.username)
    assert (settings.enabled, settings.strategy) == (True, "TOTP")
    c8y.users.revoke_totp_secret(current.username)
    assert login(current.username, PASSWORD)
