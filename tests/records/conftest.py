"""podboard as a process."""

import shutil
from pathlib import Path

import pytest

from tests.records.podboards import Podboard
from tests.support.records import MARK


@pytest.fixture
def podboard(tmp_path: Path) -> Podboard:
    """With no database yet."""
    return Podboard(tmp_path)


@pytest.fixture
def filled(podboard: Podboard, filled_folder: Path) -> Podboard:
    """With a record that has secrets of all kinds, and two more."""
    shutil.copytree(filled_folder, podboard.folder, dirs_exist_ok=True)
    return podboard


@pytest.fixture(scope="session")
def filled_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    podboard = Podboard(tmp_path_factory.mktemp("filled"))
    for name, content in (
        ("config", f"kind: Config\nusers: [{MARK}-config]\n"),
        ("key", f"-----BEGIN OPENSSH PRIVATE KEY-----\n{MARK}-key\n-----END"),
    ):
        (podboard.folder / name).write_text(content)
    podboard(
        *("add", "web", "pod_name=web-*", "namespace=shop", "cluster_host=https://10.0.0.1:6443"),
        *("labels.app=web", "ssh_connection_details.host=bastion", "token", "kubeconfig=@config"),
        "ssh_connection_details.key_string=@key",
        stdin=f"{MARK}-token\n",
    )
    podboard("add", "web-1", "pod_name=web-1", "namespace=data")
    podboard("add", "all", "pod_name=[!a]*")
    return podboard.folder
