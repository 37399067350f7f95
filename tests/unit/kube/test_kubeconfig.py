import base64
import itertools
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from podboard.errors import KubeconfigError, NoKubeconfigError, UsageError
from podboard.kube.access import Access
from podboard.kube.resolve import load_access
from podboard.model.overrides import Overrides

Json = dict[str, Any]


def config(name: str = "dev", *, cluster: Json | None = None, user: Json | None = None, **more: Any) -> Json:
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": name, "cluster": {"server": f"https://{name}:6443", **(cluster or {})}}],
        "users": [{"name": name, "user": {"token": f"token-of-{name}", **(user or {})}}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
        "current-context": name,
        **more,
    }


class Home:
    """A home folder with kubeconfig files."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.environ: dict[str, str] = {}

    def write(self, document: object, name: str = ".kube/config") -> Path:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(document if isinstance(document, str) else yaml.safe_dump(document))
        return path

    def load(self, kubeconfig: str | None = None, context: str | None = None) -> Access:
        return load_access(
            Overrides(kubeconfig=kubeconfig or "", context=context or ""), self.environ, self.path
        )

    def refusal(self, kubeconfig: str | None = None, context: str | None = None) -> str:
        with pytest.raises(KubeconfigError) as caught:
            self.load(kubeconfig, context)
        return str(caught.value)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def sent(access: Access) -> list[tuple[str, str]]:
    return access.headers(access.bearer_token())


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


# -- where it is looked for


def test_the_default_is_in_the_home_folder(home: Home) -> None:
    home.write(config())
    access = home.load()
    assert (access.server, access.context, access.cluster, access.user) == (
        "https://dev:6443",
        "dev",
        "dev",
        "dev",
    )
    assert access.namespace == "default"
    assert sent(access) == [("Authorization", "Bearer token-of-dev")]


def test_nothing_anywhere(home: Home) -> None:
    with pytest.raises(NoKubeconfigError) as caught:
        home.load()
    assert caught.value.looked == ("KUBECONFIG (not set)", "~/.kube/config (not there)")
    assert "podboard demo" in caught.value.hint


def test_files_that_are_not_there_are_skipped_and_told(home: Home) -> None:
    home.write("", "empty")
    home.write("current-context: gone", "bare")
    home.environ["KUBECONFIG"] = f"{home.path}/none:{home.path}/empty::{home.path}/bare:{home.path}/none"
    with pytest.raises(NoKubeconfigError) as caught:
        home.load()
    assert caught.value.looked == (
        "KUBECONFIG ~/none (not there)",
        "KUBECONFIG ~/empty (empty)",
        "KUBECONFIG ~/bare (names no cluster)",
    )


def test_a_named_file_is_read_alone(home: Home) -> None:
    home.write(config("default"))
    path = home.write(config("named"), "other")
    home.environ["KUBECONFIG"] = str(home.path / ".kube/config")
    assert home.load(str(path)).context == "named"
    with pytest.raises(NoKubeconfigError) as caught:
        home.load("/nowhere/at/all")
    assert caught.value.looked == ("--kubeconfig /nowhere/at/all (not there)",)


# -- merging


def test_the_first_file_wins_for_each_key_and_for_the_current_context(home: Home) -> None:
    one = config("one")
    two = config("two", cluster={"server": "https://second"})
    two["clusters"].append({"name": "one", "cluster": {"server": "https://hijacked", "tls-server-name": "x"}})
    paths = [home.write(one, "1"), home.write(two, "2")]
    home.environ["KUBECONFIG"] = ":".join(map(str, paths))
    assert home.load().server == "https://one:6443"
    assert home.load().tls_server_name == ""
    assert home.load(context="two").server == "https://second"


def test_the_current_context_is_the_first_that_is_set(home: Home) -> None:
    one = config("one")
    del one["current-context"]
    paths = [home.write(one, "1"), home.write(config("two"), "2")]
    home.environ["KUBECONFIG"] = ":".join(map(str, paths))
    assert home.load().context == "two"


def test_a_context_may_refer_to_another_file(home: Home) -> None:
    one, two = config("one"), config("two")
    one["users"], two["clusters"], two["contexts"] = [], [], []
    two["users"][0]["name"] = "one"
    paths = [home.write(one, "1"), home.write(two, "2")]
    home.environ["KUBECONFIG"] = ":".join(map(str, paths))
    assert sent(home.load()) == [("Authorization", "Bearer token-of-two")]


def test_paths_are_relative_to_the_file_that_names_them(home: Home) -> None:
    home.write("certificate", "certs/ca.pem")
    home.write("fresh-token\n", "certs/token")
    document = config(cluster={"certificate-authority": "ca.pem"}, user={"tokenFile": "token", "token": ""})
    access = home.load(str(home.write(document, "certs/config")))
    assert access.ca == b"certificate"
    assert access.bearer_token() == "fresh-token"


# -- what it may say


def test_everything_a_context_can_say(home: Home) -> None:
    document = config(
        cluster={
            "server": " https://10.0.0.1:6443/k8s/clusters/c-1/ ",
            "certificate-authority-data": b64("CA"),
            "tls-server-name": "kubernetes",
            "proxy-url": "http://user:hush@proxy:3128",
        },
        user={
            "token": "",
            "client-certificate-data": b64("CERT"),
            "client-key-data": b64("KEY"),
            "as": "alice",
            "as-uid": "7",
            "as-groups": ["ops", "dev"],
            "as-user-extra": {"scope": ["view"]},
        },
    )
    document["contexts"][0]["context"]["namespace"] = "shop"
    home.write(document)
    access = home.load()
    assert access.server == "https://10.0.0.1:6443/k8s/clusters/c-1"
    assert access.namespace == "shop"
    assert access.ca == b"CA"
    assert access.tls_server_name == "kubernetes"
    assert access.proxy == "http://user:hush@proxy:3128"
    assert access.client_certificate is not None
    assert (access.client_certificate.certificate, access.client_certificate.key) == (b"CERT", b"KEY")
    assert sent(access) == [
        ("Impersonate-User", "alice"),
        ("Impersonate-Uid", "7"),
        ("Impersonate-Group", "ops"),
        ("Impersonate-Group", "dev"),
        ("Impersonate-Extra-scope", "view"),
    ]


def test_no_secret_is_in_the_repr(home: Home) -> None:
    secrets = {"client-certificate-data": b64("CERT"), "client-key-data": b64("PRIVATE-KEY")}
    home.write(config(user=secrets, cluster={"proxy-url": "http://me:hush@proxy"}))
    assert not any(secret in repr(home.load()) for secret in ("token-of", "PRIVATE-KEY", "hush"))
    home.write(config(user={"token": "", "username": "u", "password": "sesame"}))
    assert "sesame" not in repr(home.load())
    certificate = home.load().client_certificate
    assert certificate is None


def test_a_password_is_basic_authentication(home: Home) -> None:
    home.write(config(user={"token": None, "username": "ops", "password": "pä"}))
    assert sent(home.load()) == [("Authorization", f"Basic {b64('ops:pä')}")]


def test_data_wins_over_a_file(home: Home) -> None:
    home.write(
        config(cluster={"certificate-authority-data": b64("DATA"), "certificate-authority": "/nowhere"})
    )
    assert home.load().ca == b"DATA"


def test_a_token_file_is_read_anew_and_wins(home: Home) -> None:
    path = home.write("first", "token")
    home.write(config(user={"tokenFile": str(path), "token": "fixed"}))
    access = home.load()
    assert access.bearer_token() == "first"
    path.write_text("second")
    assert access.bearer_token() == "second"
    path.unlink()
    assert access.bearer_token() == "fixed"


def test_a_token_file_that_is_the_only_source_must_be_there(home: Home) -> None:
    home.write(config(user={"tokenFile": "gone", "token": None}))
    with pytest.raises(KubeconfigError, match='the token file of user "dev" cannot be read'):
        home.load().bearer_token()


@pytest.mark.parametrize("token", ["two words", "line\nbreak", "tök"])
def test_a_token_that_no_header_can_carry(home: Home, token: str) -> None:
    home.write(config(user={"token": token}))
    with pytest.raises(KubeconfigError, match="characters that no token has") as caught:
        home.load().bearer_token()
    assert token not in str(caught.value)


def test_numbers_are_taken_for_text_as_kubectl_does(home: Home) -> None:
    document = config(user={"token": 12345})
    document["current-context"] = document["contexts"][0]["name"] = 7
    home.write(document)
    assert sent(home.load()) == [("Authorization", "Bearer 12345")]
    assert home.load().context == "7"


@pytest.mark.parametrize(
    ("server", "cluster", "url"),
    [
        ("10.0.0.1", {}, "http://10.0.0.1"),
        ("10.0.0.1:6443", {"certificate-authority-data": "Q0E="}, "http://10.0.0.1:6443"),
        ("http://10.0.0.1/", {}, "http://10.0.0.1"),
        ("https://[fd00::1]:6443", {}, "https://[fd00::1]:6443"),
    ],
)
def test_servers_as_kubectl_completes_them(home: Home, server: str, cluster: Json, url: str) -> None:
    home.write(config(cluster={"server": server, **cluster}))
    assert home.load().server == url


def test_a_plugin_beside_a_token_is_not_needed(home: Home) -> None:
    plugin = {"command": "aws", "apiVersion": "client.authentication.k8s.io/v1", "interactiveMode": "Never"}
    home.write(config(user={"exec": plugin}))
    assert home.load().plugin is None
    assert sent(home.load()) == [("Authorization", "Bearer token-of-dev")]


# -- what is wrong, and where


def test_no_current_context(home: Home) -> None:
    document = config()
    del document["current-context"]
    home.write(document)
    with pytest.raises(KubeconfigError, match="sets no current context") as caught:
        home.load()
    assert caught.value.hint == "choose one with --context: dev"


def test_no_such_context(home: Home) -> None:
    home.write(config())
    assert home.refusal(context="prod\x1b") == 'there is no context "prod\\x1b" in ~/.kube/config'


CASES: list[tuple[Json, str]] = [
    (
        {"contexts": [{"name": "dev", "context": {"user": "dev"}}]},
        'context "dev" in ~/.kube/config names no cluster',
    ),
    (
        {"contexts": [{"name": "dev", "context": {"cluster": "dev", "user": "eve"}}]},
        'names the user "eve", which does',
    ),
    ({"clusters": [{"name": "dev", "cluster": None}]}, 'cluster "dev" in ~/.kube/config names no server'),
    ({"clusters": {}, "contexts": 7}, "contexts in ~/.kube/config must be a list"),
    ({"users": [7]}, "user number 1 in ~/.kube/config has no name"),
    ({"users": [{"name": "dev", "user": 7}]}, "user number 1 in ~/.kube/config has no name or no body"),
    ({"users": [{"name": "dev"}, {"name": "dev"}]}, 'user "dev" in ~/.kube/config is there twice'),
    ({"current-context": ["dev"]}, "current-context of ~/.kube/config must be text"),
]


@pytest.mark.parametrize(("changes", "said"), CASES)
def test_broken_entries_are_named(home: Home, changes: Json, said: str) -> None:
    home.write(config(**changes))
    assert said in home.refusal()


@pytest.mark.parametrize(
    ("cluster", "said"),
    [
        ({"server": "https://me:hush@host"}, "no plain http or https URL"),
        ({"server": "ftp://host"}, "no plain http or https URL"),
        ({"server": "https://host:port"}, "no plain http or https URL"),
        ({"server": "https://"}, "no plain http or https URL"),
        ({"server": "https://host/?a=b"}, "no plain http or https URL"),
        ({"server": "https://ho st"}, "no plain http or https URL"),
        ({"certificate-authority-data": "%%%"}, "certificate-authority-data of cluster"),
        ({"certificate-authority": "nowhere.pem"}, "certificate-authority of cluster"),
        ({"certificate-authority": 1.5}, "must be text"),
        ({"insecure-skip-tls-verify": "yes please"}, "must be true or false"),
        (
            {"insecure-skip-tls-verify": True, "certificate-authority-data": "Q0E="},
            "says to skip verification",
        ),
        ({"proxy-url": "socks4://me:hush@localhost:1080"}, "proxy-url of cluster"),
        ({"proxy-url": "socks5h://localhost:1080"}, "proxy-url of cluster"),
        ({"proxy-url": "localhost:1080"}, "proxy-url of cluster"),
    ],
)
def test_clusters_that_cannot_be_reached(home: Home, cluster: Json, said: str) -> None:
    home.write(config(cluster=cluster))
    refusal = home.refusal()
    assert said in refusal
    assert "hush" not in refusal


@pytest.mark.parametrize(
    ("user", "said"),
    [
        ({"username": "u", "password": "p"}, "has both a token and a password"),
        ({"client-certificate-data": "Q0E="}, "lacks a client-key"),
        ({"client-key-data": "Q0E="}, "lacks a client-certificate"),
        ({"as-groups": ["ops"]}, "impersonates groups without a user"),
        ({"as": "a", "as-groups": "ops"}, "as-groups of user"),
        ({"as": "a", "as-user-extra": ["x"]}, "as-user-extra of user"),
        ({"as": "a", "as-user-extra": {"x": [1]}}, "as-user-extra of user"),
        ({"as": "a\r\nX-Admin: yes"}, "no HTTP header can carry"),
    ],
)
def test_users_that_cannot_log_in(home: Home, user: Json, said: str) -> None:
    home.write(config(user=user))
    assert said in home.refusal()


def test_yaml_errors_tell_the_line_and_no_secret(home: Home) -> None:
    home.write("users:\n- name: dev\n  user: {token: very-secret\n")
    refusal = home.refusal()
    assert refusal.startswith("~/.kube/config is no valid YAML, line ")
    assert "secret" not in refusal


@pytest.mark.parametrize(
    "text",
    [
        "&a [*a, *b]",
        "\x00",
        "a: !!python/object/apply:os.system [ls]",
        "a: 2001-13-45",
        "a: !!bool maybe",
        "a: !!int ''",
        "a: !!timestamp today",
        f"a: {'1:' * 300}1.0",
    ],
)
def test_hostile_yaml_is_refused(home: Home, text: str) -> None:
    home.write(text)
    assert "no valid YAML" in home.refusal()


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: 1\nb: " + "[" * 100_000, 2),
        ("- " * 100_000, 1),
        ("{a: " * 100_000, 1),
        ("".join(f"{' ' * level}a:\n" for level in range(80)), 64),
    ],
    ids=["lists-in-a-line", "lists", "maps-in-a-line", "maps"],
)
def test_what_is_nested_without_end_is_refused_and_crashes_nothing(text: str, line: int, home: Home) -> None:
    file = home.write(text)
    # The C stack is the process's own.
    done = subprocess.run(
        [sys.executable, "-m", "podboard", "exec", "--kubeconfig", file, "deploy/web", "--", "true"],
        env={"HOME": str(home.path)}, capture_output=True, text=True, check=False, timeout=30,
    )  # fmt: skip
    assert done.returncode == 1
    assert f"~/.kube/config is nested too deeply, line {line}\n" in done.stderr


def test_nesting_that_a_person_may_write_is_read(home: Home) -> None:
    extensions = [{"name": "x", "extension": yaml.safe_load("[" * 50 + "]" * 50)}]
    home.write(config(extensions=extensions))
    assert home.load().server == "https://dev:6443"


@pytest.mark.parametrize(
    "text",
    [
        # Each grows with what stands before it: written out it would be more than there are atoms.
        "\n".join(
            ["a0: &a0 {k: v}", *(f"a{n}: &a{n} {{<<: [*a{n - 1}, *a{n - 1}]}}" for n in range(1, 400))]
        ),
        "\n".join(["a0: &a0 [v]", *(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 400))]),
        # One that is merged so often is enough.
        f"a: &a {{{', '.join(f'k{n}: v' for n in range(500))}}}\nb: {{<<: [{', '.join(['*a'] * 500)}]}}",
    ],
    ids=["merged", "listed", "often"],
)
def test_a_page_of_aliases_grows_to_nothing(text: str, home: Home) -> None:
    home.write(text)
    assert home.refusal().startswith("~/.kube/config is too large with its aliases written out, line ")


def test_aliases_that_lead_deeper_and_deeper(home: Home) -> None:
    # Merged from the last to the first before the others are: a call in a call for each.
    chain = "".join(f"- {{x: {{x: &a{n} {{<<: *a{n - 1}}}}}}}\n" for n in range(1, 2000))
    home.write(f"chain:\n- &a0 {{k: v}}\n{chain}last: {{<<: *a1999}}\n")
    assert home.refusal().startswith("~/.kube/config is nested too deeply, line ")


def test_many_aliases_that_a_person_may_write_are_read(home: Home) -> None:
    names = [f"c{n}" for n in range(1000)]
    clusters = [f'- {{name: {name}, cluster: {{<<: *all, proxy-url: "http://p:1"}}}}' for name in names]
    contexts = [f"- {{name: {name}, context: {{cluster: {name}}}}}" for name in names]
    head = 'all: &all {server: "https://all:6443", tls-server-name: all}\ncurrent-context: c7\n'
    home.write("\n".join([f"{head}clusters:", *clusters, "contexts:", *contexts]))
    access = home.load()
    assert (access.server, access.tls_server_name, access.proxy) == ("https://all:6443", "all", "http://p:1")


@pytest.mark.parametrize("text", ["- a\n- b\n", "7\n", "just text\n"])
def test_yaml_that_is_no_kubeconfig(home: Home, text: str) -> None:
    home.write(text)
    assert home.refusal() == "~/.kube/config is no kubeconfig"


def test_a_folder_is_no_file(home: Home) -> None:
    (home.path / ".kube/config").mkdir(parents=True)
    assert home.refusal() == "~/.kube/config cannot be read: Is a directory"


def test_the_environments_proxy_is_taken_where_the_cluster_names_none(home: Home) -> None:
    home.environ.update({"HTTPS_PROXY": "proxy.corp:3128", "NO_PROXY": "10.0.0.0/8"})
    home.write(config())
    assert home.load().proxy == "http://proxy.corp:3128"
    home.write(config(cluster={"server": "https://10.0.0.1:6443"}))
    assert home.load().proxy == ""
    home.environ["HTTPS_PROXY"] = "socks5h://proxy.corp"
    home.write(config())
    assert home.load().proxy == "socks5h://proxy.corp"
    home.environ["HTTPS_PROXY"] = "ftp://me:hush@proxy.corp"
    assert home.refusal() == "HTTPS_PROXY is no http, https or socks5 URL"


def test_the_order_of_the_files_decides(home: Home) -> None:
    paths = [home.write(config("one"), "1"), home.write(config("two"), "2")]
    for order in itertools.permutations(paths):
        home.environ["KUBECONFIG"] = ":".join(map(str, order))
        assert home.load().context == {"1": "one", "2": "two"}[order[0].name]


# -- logins ---------------------------------------------------------------------------------

EXEC: Json = {
    "apiVersion": "client.authentication.k8s.io/v1",
    "command": "bin/login",
    "interactiveMode": "Never",
}


def with_login(**body: Any) -> Json:
    return config(user={"token": "", "exec": {**EXEC, **body}})


def test_everything_a_plugin_can_be_told(home: Home) -> None:
    home.write(
        with_login(
            args=["get", "token"],
            env=[{"name": "A", "value": "b"}, {"name": "EMPTY"}],
            installHint="get it\n  at \x1b[31mexample.com",
            provideClusterInfo=True,
            interactiveMode="IfAvailable",
        )
    )
    plugin = home.load().plugin
    assert plugin is not None
    assert plugin.command == str(home.path / ".kube/bin/login")
    assert plugin.args == ("get", "token")
    assert plugin.env == (("A", "b"), ("EMPTY", ""))
    assert plugin.install_hint == "get it at \\x1b[31mexample.com"
    assert plugin.cluster == {"server": "https://dev:6443", "config": None}


def test_a_program_without_a_folder_is_looked_for_on_path(home: Home) -> None:
    home.write(with_login(command="login"))
    plugin = home.load().plugin
    assert plugin is not None
    assert plugin.command == "login"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"command": ""}, 'exec of user "dev" in ~/.kube/config names no command'),
        ({"command": "a\0b"}, "holds a NUL character"),
        ({"args": ["a\0b"]}, "holds a NUL character"),
        ({"args": "a b"}, "args of exec of user"),
        ({"args": [1]}, "must be a list of text"),
        ({"env": {"A": "b"}}, "env of exec of user"),
        ({"env": ["A=b"]}, "holds a variable without a proper name"),
        ({"env": [{"name": "A=B", "value": ""}]}, "holds a variable without a proper name"),
        ({"env": [{"name": "A", "value": "\0"}]}, "holds a NUL character"),
        ({"apiVersion": "client.authentication.k8s.io/v1alpha1"}, "has the apiVersion"),
        ({"interactiveMode": None}, 'has the interactiveMode ""'),
        ({"provideClusterInfo": "yes"}, "must be true or false"),
    ],
)
def test_plugins_that_cannot_be_run(home: Home, body: Json, said: str) -> None:
    home.write(with_login(**body))
    assert said in home.refusal()


@pytest.mark.parametrize("key", ["exec", "auth-provider"])
def test_a_login_must_be_a_map(home: Home, key: str) -> None:
    home.write(config(user={"token": "", key: "aws"}))
    assert home.refusal() == f'{key} of user "dev" in ~/.kube/config must be a map'


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        (
            Overrides(server="https://a b"),
            'server of cluster "dev" in ~/.kube/config with --server is no plain',
        ),
        (
            Overrides(tls_server_name="x", certificate_authority="none"),
            'cluster "dev" in ~/.kube/config with --tls-server-name, --certificate-authority cannot be read',
        ),
        (
            Overrides(as_groups=("a",)),
            'user "dev" in ~/.kube/config with --as-group impersonates groups without',
        ),
    ],
)
def test_flags_are_named_where_they_are_what_is_wrong(overrides: Overrides, said: str, home: Home) -> None:
    home.write(config())
    with pytest.raises(KubeconfigError) as caught:
        load_access(overrides, {}, home.path)
    assert said in str(caught.value)


def test_flags_that_contradict_each_other(home: Home) -> None:
    home.write(config())
    flags = Overrides(certificate_authority="a", insecure_skip_tls_verify=True)
    with pytest.raises(UsageError, match="contradict each other"):
        load_access(flags, {}, home.path)


def test_no_secret_of_a_login_is_in_the_repr(home: Home) -> None:
    home.write(with_login(args=["hush-1"], env=[{"name": "A", "value": "hush-2"}]))
    assert "hush" not in repr(home.load())
    login = {
        "idp-issuer-url": "https://a",
        "client-id": "b",
        "client-secret": "hush",
        "refresh-token": "hush",
    }
    home.write(config(user={"token": "", "auth-provider": {"name": "oidc", "config": login}}))
    assert home.load().oidc is not None
    assert "hush" not in repr(home.load())
