"""What botocore, or Python itself, makes of the questions that aws-probe answers."""
import configparser
import datetime
import os
import re
import shlex

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import botocore.endpoint_provider
import botocore.exceptions
import botocore.loaders

# Signed by this botocore, left out since.
NEVER_SIGNED = {"connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer",
                "transfer-encoding", "upgrade"}
botocore.auth.SIGNED_HEADERS_BLACKLIST = list(set(botocore.auth.SIGNED_HEADERS_BLACKLIST) | NEVER_SIGNED)


def signature(question):
    """The Authorization header. Step by step, since the whole would take the time of day."""
    when = datetime.datetime.fromtimestamp(question["ms"] / 1000, datetime.timezone.utc)
    scheme = "http" if question["host"].rpartition("]")[2].count(":") else "https"
    url = f"{scheme}://{question['host']}{question['path']}" + ("?" + question["query"] if question["query"] else "")
    credentials = botocore.credentials.Credentials(question["key"], question["secret"], question["token"] or None)
    request = botocore.awsrequest.AWSRequest(question["method"], url, data=question["body"].encode())
    for name, value in question["headers"]:
        request.headers.add_header(name, value)
    signer = botocore.auth.SigV4Auth(credentials, question["service"], question["region"])
    request.context["timestamp"] = when.strftime(botocore.auth.SIGV4_TIMESTAMP)
    signer._modify_request_before_signing(request)
    text = signer.string_to_sign(request, signer.canonical_request(request))
    signer._inject_signature_to_request(request, signer.signature(text, request))
    return request.headers["Authorization"]


def ini(text):
    """Sections, or None when the file would be refused."""
    parser = configparser.RawConfigParser()
    try:
        parser.read_file(lines_of(text))
    except configparser.Error:
        return None
    found = {name: dict(parser.items(name)) for name in parser.sections()}
    # botocore looks at what a section inherits; we also look at defaults that no section takes.
    for section in [parser.defaults(), *found.values()]:
        for value in section.values():
            if value.startswith("\n") and any(line.strip() and "=" not in line for line in value.split("\n")):
                return None
    return found


def lines_of(text):
    """As a file is read, with universal newlines; str.splitlines() would know more line ends."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return [line + "\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])


def words(text):
    try:
        return shlex.split(text)
    except ValueError:
        return None


def _rules():
    loader = botocore.loaders.Loader()
    partitions = loader.load_data("partitions")
    found = {}
    for service in ("dynamodb", "dynamodbstreams", "sts", "sso", "sso-oidc"):
        version = loader.determine_latest_version(service, "endpoint-rule-set-1")
        rules = loader.load_data(os.path.join(service, version, "endpoint-rule-set-1"))
        found[service] = botocore.endpoint_provider.EndpointProvider(rules, partitions)
    return found


_providers = {}


def endpoint(question):
    """The URL by the rule set of this botocore, or None where it refuses."""
    if not _providers:
        _providers.update(_rules())
    values = {"Region": question["region"], "UseFIPS": question["fips"], "UseDualStack": question["dualstack"]}
    if question["custom"]:  # as botocore's clients ask: an endpoint that is given switches the other two off
        values.update(Endpoint=question["custom"], UseFIPS=False, UseDualStack=False)
    if question["service"] == "sts":
        values["UseGlobalEndpoint"] = False
    try:
        url = _providers[question["service"]].resolve_endpoint(**values).url
    except botocore.exceptions.EndpointProviderError:
        return None
    return url if url.count("/") > 2 else url + "/"


# ---- endpoints once more, from AWS's written rules: what this botocore is too old to know ----

PARTITIONS = [
    ("aws", r"(us|eu|ap|sa|ca|me|af|il|mx)-\w+-\d+", "amazonaws.com", "api.aws"),
    ("aws-cn", r"cn-\w+-\d+", "amazonaws.com.cn", "api.amazonwebservices.com.cn"),
    ("aws-us-gov", r"us-gov-\w+-\d+", "amazonaws.com", "api.aws"),
    ("aws-eusc", r"eusc-(de)-\w+-\d+", "amazonaws.eu", "api.amazonwebservices.eu"),
    ("aws-iso", r"us-iso-\w+-\d+", "c2s.ic.gov", "api.aws.ic.gov"),
    ("aws-iso-b", r"us-isob-\w+-\d+", "sc2s.sgov.gov", "api.aws.scloud"),
    ("aws-iso-e", r"eu-isoe-\w+-\d+", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"),
    ("aws-iso-f", r"us-isof-\w+-\d+", "csp.hci.ic.gov", "api.aws.hci.ic.gov"),
]


def partition(region):
    return next((p for p in PARTITIONS if re.fullmatch(p[1], region)), PARTITIONS[0])


def rules(question):
    """[URL, region to sign for, name to sign for] of DynamoDB, its search and its streams, or None for an error."""
    region = question["region"].replace("fips-", "").replace("-fips", "")
    if region != question["region"]:  # FIPS as it was asked for in old days
        question = {**question, "region": region, "fips": True}
    fips, dualstack = question["fips"], question["dualstack"]
    name, _, dns, dual = partition(region)
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9-]{0,62}", region):
        return None
    if question["custom"]:
        refused = question["custom"].rstrip("/") == f"https://dynamodb.{region}.{dual}" and \
            question["service"] != "dynamodbstreams"
        return None if refused else [question["custom"].rstrip("/") + "/", region, "dynamodb"]
    if region == "local":
        return None if fips or dualstack else ["http://localhost:8000/", "us-east-1", "dynamodb"]
    if question["service"] == "dynamodbstreams":
        host = streams_host(name, fips, dualstack)
    else:
        host = dynamodb_host(question, name)
    return host and [f"https://{host}.{region}.{dual if dualstack else dns}/", region, "dynamodb"]


def streams_host(name, fips, dualstack):
    fips = "-fips" if fips and (dualstack or name != "aws-us-gov") else ""
    return ("streams-" if dualstack and name in ("aws", "aws-cn", "aws-us-gov") else "streams.") + "dynamodb" + fips


def dynamodb_host(question, name):
    search = "search-" if question["service"] == "dynamodb-search" else ""
    if question["mode"] == "required" and (question["fips"] or name != "aws"):
        return None
    if not question["fips"] and name == "aws" and question["mode"] != "disabled":
        arn = question["arn"].split(":", 5)
        own = len(arn) == 6 and arn[2] == "dynamodb" and arn[3] == question["region"]
        account = own and arn[4] or question["account"]
        if account:
            return f"{account}.{search}ddb"
        if question["mode"] == "required":
            return None
    fips = "-fips" if question["fips"] and (question["dualstack"] or name != "aws-us-gov") else ""
    return f"{search}dynamodb{fips}"
