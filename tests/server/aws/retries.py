"""How often a service is asked: AWS_MAX_ATTEMPTS, AWS_RETRY_MODE and their keys, of DynamoDB and of those that
credentials come from.
"""
import tap
from place import KEYS, ROLE, SSO, Place, sha1, sso_token

CASES = [  # the profile's lines, the environment, attempts of DynamoDB, of STS
    ("", {}, 4, 3),
    ("max_attempts = 2\n", {}, 2, 2),
    ("max_attempts = 2\n", {"AWS_MAX_ATTEMPTS": "5"}, 5, 5),
    ("", {"AWS_MAX_ATTEMPTS": "1", "AWS_RETRY_MODE": "adaptive"}, 1, 1),
    ("retry_mode = legacy\n", {"AWS_MAX_ATTEMPTS": "2"}, 2, 2),
    ("retry_mode = ADAPTIVE\n", {"AWS_MAX_ATTEMPTS": ""}, 4, 3),
]


@tap.test("retries: as often as environment and profile say, DynamoDB and STS")
def _():
    for lines, environment, dynamodb, sts in CASES:
        place = Place("", KEYS + lines, **environment)
        place.aws.answers["ListTables"] = 9 * [(500, "{}")]
        place.fails(1, "HTTP 500", f"{dynamodb} attempts" if dynamodb > 1 else "")
        tap.same(len(place.aws.said), dynamodb, lines, environment)
        place = Place(ROLE + lines, KEYS, AWS_PROFILE="r", **environment)
        place.aws.answers["AssumeRole"] = 9 * [(503, "")]
        place.fails(3, "STS answered AssumeRole with HTTP status 503")
        tap.same(len(place.aws.said), sts, lines, environment)
    place = Place(SSO, AWS_PROFILE="s", AWS_MAX_ATTEMPTS="2")
    place.write(f".aws/sso/cache/{sha1('here')}.json", sso_token(3600))
    place.aws.answers["/federation/credentials"] = 9 * [(500, "")]
    place.fails(3, "HTTP status 500")
    tap.same(len(place.aws.said), 2)


@tap.test("retries: settings that make no sense are named when they would count")
def _():
    for lines, environment, want in (
            ("max_attempts = many\n", {}, 'max_attempts is "many" and may be 1 to 1000'),
            ("", {"AWS_MAX_ATTEMPTS": "0"}, 'max_attempts is "0"'),
            ("", {"AWS_RETRY_MODE": "fast"}, 'retry_mode is "fast" and may be standard, adaptive or legacy')):
        place = Place("", KEYS + lines, **environment)
        place.aws.know("AKIAFILE", "filesecret")
        place.aws.answers["ListTables"] = 9 * [(500, "{}")]
        place.fails(1, f"4 attempts ended like this; the retry settings do not count: {want}")
        place.aws.answers.clear()
        place.sees("AKIAFILE")
