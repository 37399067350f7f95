"""Which records a list is about."""

import pytest
from msgspec.structs import replace

from podboard.commands.records.filters import matching
from podboard.errors import UsageError
from podboard.model.record import Record
from tests.support.records import MARK, SECRETIVE

RECORDS = [
    SECRETIVE,
    Record(name="database", pod_name="db-0", namespace="data", insecure_skip_tls_verify=True),
    replace(SECRETIVE, name="web-2", labels={"app": "other"}, token=None, ssh_connection_details=None),
]


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ([], ["web", "database", "web-2"]),
        (["web"], ["web", "web-2"]),
        (["data"], ["database"]),
        (["db-?"], ["database"]),
        (["web", "labels.app=web"], ["web"]),
        (["labels.app=*e*"], ["web", "web-2"]),
        (["labels="], ["database"]),
        (["namespace=da*"], ["database"]),
        (["context="], ["database"]),
        (["token=?*"], ["web"]),
        (["token="], ["database", "web-2"]),
        (["ssh_connection_details.host=bastion"], ["web"]),
        (["ssh_connection_details.port=2222"], ["web"]),
        (["ssh_connection_details=?*"], ["web"]),
        (["insecure_skip_tls_verify=true"], ["database"]),
        (["nothing"], []),
        ([f"token={MARK}*"], []),
    ],
)
def test_filters(filters: list[str], names: list[str]) -> None:
    assert [record.name for record in matching(RECORDS, filters)] == names


def test_a_field_that_is_none_is_refused() -> None:
    with pytest.raises(UsageError, match='"nmespace" is no field'):
        matching(RECORDS, ["nmespace=x"])
