"""What S3 can answer, said in emfair's errors.

What does not belong here: answers that are no error to the caller (a head that finds nothing).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from emfair.errors import BadSetting, EmfairError, NotFound, Unavailable

_ABSENT = {"404", "NoSuchKey", "NotFound"}
_TAKEN = {"412", "PreconditionFailed", "409", "ConditionalRequestConflict", "NoSuchUpload"}
_FORBIDDEN = {"AccessDenied", "Forbidden", "InvalidAccessKeyId", "SignatureDoesNotMatch"}
_BUSY = {"RequestTimeout", "RequestTimeTooSkewed", "SlowDown", "Throttling", "TooManyRequests"}


class Taken(Exception):
    """The key is taken, or the answer to an upload that had succeeded was lost."""


class BeyondEnd(Exception):
    """The bytes that were asked for begin where the object ends, or later."""


@contextmanager
def s3_errors(subject: str) -> Iterator[None]:
    """Turn what boto3 raises into emfair's errors, or into `Taken` or `BeyondEnd`."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        if _status(error.response) == 416:
            raise BeyondEnd from error
        raise _answered(error.response, subject) from error
    except BotoCoreError as error:
        raise _unanswered(error, subject) from error


def _answered(response: dict[str, Any], subject: str) -> Exception:
    code = str(response.get("Error", {}).get("Code", ""))
    said = response.get("Error", {}).get("Message") or code
    status = _status(response)
    if code in _TAKEN:
        return Taken(said)
    if code in _ABSENT:
        return NotFound("no such object in the lake.", subject=subject, remedy="Check the key.")
    if code in _BUSY or status >= 500 or status == 429:
        return _sick(f"S3 answered {code} ({said}).", subject)
    if code == "NoSuchBucket":
        return _misset("the bucket does not exist.", subject, "Make it, or mend EMFAIR_LAKE_URL.")
    if code in _FORBIDDEN or status == 403:
        remedy = "Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and the bucket's policy."
        return _misset(f"S3 refused access: {code} ({said}).", subject, remedy)
    remedy = "Check AWS_ENDPOINT_URL, AWS_REGION and EMFAIR_LAKE_URL."
    return _misset(f"S3 refused the request: {code} ({said}).", subject, remedy)


def _status(response: dict[str, Any]) -> int:
    return int(response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def _unanswered(error: Exception, subject: str) -> EmfairError:
    from botocore import exceptions

    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        remedy = "Set AWS_CA_BUNDLE and SSL_CERT_FILE to the file of the authority that signed it."
        return _misset("the certificate of S3 is not trusted here.", subject, remedy)
    silent = (
        exceptions.HTTPClientError,
        exceptions.ConnectionError,
        exceptions.IncompleteReadError,
    )
    if isinstance(error, silent):
        return _sick(f"S3 did not answer: {error}.", subject)
    remedy = "Set AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
    return _misset(f"S3 cannot be asked: {error}.", subject, remedy)


def _sick(message: str, subject: str) -> Unavailable:
    return Unavailable(message, subject=subject, remedy="Check the object store, then retry.")


def _misset(message: str, subject: str, remedy: str) -> BadSetting:
    return BadSetting(message, subject=subject, remedy=remedy)
