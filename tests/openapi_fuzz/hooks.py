"""What the questions to the server need beyond its description."""

import itertools
import re

import schemathesis

numbers = itertools.count()

# White space, and what cannot be seen either, as a class of a regular expression (some of the latter lies beyond U+FFFF).
UNSEEN = (
    r"\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164"
    r"\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)


@schemathesis.hook
def before_load_schema(context, raw_schema):
    """Says as a schema what the description says in words, for the sake of other tools."""
    schemas = raw_schema["components"]["schemas"]
    for number in ("Price", "Amount", "Markup"):
        schemas[number]["multipleOf"] = 0.01
    schemas["AnswerBody"]["anyOf"] = [
        {"properties": {"accept": {"const": True}, "reason": {"type": "null"}}},
        {"properties": {"accept": {"const": False}, "estimated_time": {"type": "null"}}},
    ]
    for schema in objects(raw_schema):
        # Of an alternative in a pattern the tool makes values that do not match.
        if schema.get("name") == "If-Match":
            versions = schema["schema"]["pattern"].replace(r"(?:\*|", "(?:", 1)
            schema["schema"] = {"anyOf": [{"const": "*"}, {"type": "string", "pattern": versions}]}
        if "something that can be seen" in schema.get("description", ""):
            schema["pattern"] = f"^(?![{UNSEEN}]*$){schema['pattern'][1:]}"


def objects(value):
    """Each object of a JSON value."""
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from objects(part)


@schemathesis.hook
def before_call(context, case, kwargs):
    """An Idempotency-Key that comes again with another request is refused, as it should be. So each request gets its own."""
    key = (case.headers or {}).get("Idempotency-Key")
    if isinstance(key, str) and re.fullmatch("[!-~]{1,255}", key):
        case.headers["Idempotency-Key"] = f"{key[:200]}-{next(numbers)}"
