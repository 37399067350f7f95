import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from podboard.demo.pki import Authority
from podboard.demo.rbac import (
    ANONYMOUS,
    MASTERS,
    Account,
    Accounts,
    Attributes,
    Grant,
    Rule,
    User,
    allowed_paths,
    forbidden,
)
from podboard.demo.status import StatusError

VIEW = Grant("view", (Rule(("get", "list"), ("pods",)),), "shop")
EXEC = Grant("exec", (Rule(("get", "create"), ("pods/exec",)),))
LIST = Attributes("list", resource="pods", namespace="shop")


def known(*grants: Grant) -> tuple[Accounts, User]:
    accounts = Accounts()
    return accounts, accounts.add_account(Account("shop", "someone", grants, "a-token"))


def test_a_role_holds_where_it_was_given() -> None:
    accounts, user = known(VIEW)
    allowed = accounts.decide(user, LIST)
    assert allowed.allowed
    assert (
        allowed.reason
        == 'RBAC: allowed by RoleBinding "someone/shop" of Role "view" to ServiceAccount "someone/shop"'
    )
    for asked in (
        Attributes("list", resource="pods", namespace="data"),
        Attributes("list", resource="pods"),
        Attributes("delete", resource="pods", namespace="shop"),
        Attributes("get", resource="pods", subresource="exec", namespace="shop"),
        Attributes("list", group="apps", resource="pods", namespace="shop"),
    ):
        assert not accounts.decide(user, asked).allowed


def test_a_cluster_role_holds_everywhere() -> None:
    accounts, user = known(EXEC)
    asked = Attributes("create", resource="pods", subresource="exec", namespace="data", name="x")
    decision = accounts.decide(user, asked)
    why = 'RBAC: allowed by ClusterRoleBinding "someone" of ClusterRole "exec" to ServiceAccount'
    assert decision.reason == f'{why} "someone/shop"'


def test_masters_may_everything_and_the_unknown_nearly_nothing() -> None:
    accounts = Accounts()
    assert accounts.decide(User("root", (MASTERS,)), LIST).allowed
    assert not accounts.decide(ANONYMOUS, LIST).allowed
    assert accounts.decide(ANONYMOUS, Attributes("get", path="/version")).allowed
    assert not accounts.decide(ANONYMOUS, Attributes("get", path="/api")).allowed
    assert not accounts.decide(
        ANONYMOUS, Attributes("create", group="authentication.k8s.io", resource="selfsubjectreviews")
    ).allowed


def test_whoever_is_known_may_look_around_and_ask_about_himself() -> None:
    accounts, user = known()
    for path in ("/api", "/api/v1", "/apis/apps/v1", "/version", "/readyz"):
        assert accounts.decide(user, Attributes("get", path=path)).allowed
    assert not accounts.decide(user, Attributes("put", path="/podboard/faults")).allowed
    asked = Attributes("create", group="authorization.k8s.io", resource="selfsubjectaccessreviews")
    assert accounts.decide(user, asked).allowed
    assert "/api/*" in allowed_paths(user)
    assert allowed_paths(User("root", (MASTERS,))) == ["*"]


def test_the_rules_of_a_namespace() -> None:
    accounts, user = known(VIEW, EXEC)
    assert VIEW.rules[0] in accounts.rules_in(user, "shop")
    assert VIEW.rules[0] not in accounts.rules_in(user, "data")
    assert EXEC.rules[0] in accounts.rules_in(user, "data")
    assert accounts.rules_in(User("root", (MASTERS,)), "shop") == [Rule(("*",), ("*",), ("*",))]


def test_tokens() -> None:
    accounts, user = known()
    assert accounts.authenticate("Bearer a-token", None) == user
    assert accounts.authenticate("bearer  a-token ", None) == user
    assert accounts.authenticate("", None) is ANONYMOUS
    assert accounts.authenticate("Basic YTpi", None) is ANONYMOUS
    for wrong in ("Bearer ", "Bearer a-toke", "Bearer a-token2", "Bearer \u20ac"):
        with pytest.raises(StatusError) as caught:
            accounts.authenticate(wrong, None)
        assert caught.value.code == 401
    assert "a-token" not in repr(vars(accounts))


def test_being_taken_for_somebody_else() -> None:
    accounts, someone = known(VIEW)
    root = User("root", (MASTERS,))
    assert accounts.impersonate(root, someone.name, ()) == someone
    assert accounts.impersonate(root, "anna", ("people",)) == User("anna", ("people", "system:authenticated"))
    assert not accounts.decide(accounts.impersonate(root, "anna", ()), LIST).allowed
    with pytest.raises(StatusError) as caught:
        accounts.impersonate(someone, "anna", ())
    assert caught.value.message == (
        'users "anna" is forbidden: User "system:serviceaccount:shop:someone" cannot impersonate '
        'resource "users" in API group "" at the cluster scope'
    )


def test_a_certificate_names_user_and_groups() -> None:
    pem = Authority().client("anna", ("admins", "people")).certificate
    der = x509.load_pem_x509_certificate(pem).public_bytes(serialization.Encoding.DER)
    user = Accounts().authenticate("Bearer ignored", der)
    assert (user.name, user.groups) == ("anna", ("admins", "people", "system:authenticated"))


def test_a_refusal_says_what_was_asked() -> None:
    user = User("anna", ())
    assert (
        str(forbidden(user, Attributes("get", path="/api")))
        == 'forbidden: User "anna" cannot get path "/api"'
    )
    node = forbidden(user, Attributes("get", group="x.io", resource="things", name="one"))
    assert node.message == (
        'things.x.io "one" is forbidden: User "anna" cannot get resource "things" in API group "x.io" '
        "at the cluster scope"
    )
    assert node.details == {"name": "one", "group": "x.io", "kind": "things"}
