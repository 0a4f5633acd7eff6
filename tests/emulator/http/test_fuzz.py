"""The emulator against its OpenAPI file, with generated requests: no surprise, no crash."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import schemathesis
import yaml
from hypothesis import HealthCheck, Phase, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

import evolink_widgets.emulator
from evolink_widgets.emulator.http.app import create_app
from evolink_widgets.emulator.service.service import Service

PATH = Path(evolink_widgets.emulator.__file__).with_name("http") / "openapi.yaml"
HEADERS = {"Authorization": "Bearer k"}
#: What nothing can be wrong about but the key.
FREE = ["readCredits", "readQuota", "readTask", "deleteFile"]
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


async def nobody(url: str, document: dict[str, Any]) -> int:
    return 200


def from_file(mode: GenerationMode) -> Any:
    service = Service(seed=1, speed=1e6, allowance=None, balance=1e12, rate=None)
    config = schemathesis.Config.from_dict({"generation": {"mode": mode.value}})
    document = yaml.safe_load(PATH.read_text("utf-8"))
    del document["security"]  # every request here has its key
    schema = schemathesis.openapi.from_dict(document, config=config)
    schema.app = create_app(service, send=nobody)
    return schema


LEGAL = from_file(GenerationMode.POSITIVE)
ILLEGAL = from_file(GenerationMode.NEGATIVE)
GENTLE = settings(
    max_examples=20,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@LEGAL.parametrize()
@GENTLE
def test_a_request_that_keeps_the_file_is_answered_as_it_says(case: Any) -> None:
    case.call_and_validate(headers=HEADERS, checks=CHECKS)


@ILLEGAL.exclude(operation_id=FREE).parametrize()
@GENTLE
def test_a_request_that_breaks_the_file_is_refused_as_it_says(case: Any) -> None:
    # Parameters that a GET does not know are passed over, as the service does; and in a form any
    # value is text, so that it breaks the file in name only.
    loose = case.method == "GET" or case.operation.definition.raw["operationId"] == "uploadStream"
    checks = CHECKS if loose else [*CHECKS, negative_data_rejection]
    case.call_and_validate(headers=HEADERS, checks=checks)
