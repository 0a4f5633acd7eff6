"""The emulator against its OpenAPI file, with generated requests: no surprise, no crash."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from evolink_widgets.emulator.app import create_app
from evolink_widgets.emulator.service import Service

PATH = Path(__file__).with_name("openapi.yaml")
SERVICE = Service(seed=1, speed=1000, allowance=None, balance=1e9, rate=None)
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
API = schemathesis.openapi.from_path(PATH)
API.app = create_app(SERVICE)


@API.parametrize()
@settings(
    max_examples=60,
    derandomize=True,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_what_is_asked_is_answered_as_the_file_says(case: Any) -> None:
    # Parameters that a GET does not know are passed over, as the service does.
    checks = CHECKS if case.method == "POST" else CHECKS[:-1]
    case.call_and_validate(headers={"Authorization": "Bearer k"}, checks=checks)
