#!/usr/bin/python3
"""Containers and instances at their real addresses. For a network namespace, where nobody else is:

    unshare -Urn tests/server/aws/own-network.py

Prints a line for each case that went wrong, and last "done".
"""
import subprocess
import sys

import server
from place import Place

ADDRESSES = ("169.254.170.2", "169.254.170.23", "169.254.169.254", "fd00:ec2::23", "fd00:ec2::254")


def main():
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    for address in ADDRESSES:
        plain = ["ip", "addr", "add", address + ("/128" if ":" in address else "/32"), "dev", "lo"]
        subprocess.run(plain + ["nodad"] if ":" in address else plain, check=True)
    servers = {address: server.Aws(address, 80) for address in ADDRESSES}
    on = {"AWS_CONTAINER_AUTHORIZATION_TOKEN": "let me in"}
    full, relative = "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"
    instance = {"AWS_EC2_METADATA_DISABLED": None}
    cases = [
        ("169.254.170.2", {relative: "/container", **on}),
        ("169.254.170.2", {relative: "/container", full: "http://169.254.170.23/container", **on}),
        ("169.254.170.2", {full: "http://169.254.170.2/container", **on}),
        ("169.254.170.23", {full: "http://169.254.170.23/container", **on}),
        ("fd00:ec2::23", {full: "http://[fd00:ec2::23]/container", **on}),
        ("169.254.169.254", instance),
        ("fd00:ec2::254", {"AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE": "ipv6", **instance}),
        ("fd00:ec2::254", {"AWS_IMDS_USE_IPV6": "True", **instance}),
        ("169.254.169.254", {"AWS_IMDS_USE_IPV6": "true", "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE": "ipv4", **instance}),
        (None, {full: "http://169.254.169.254/container", **on}),
        (None, {full: "http://[fd00:ec2::254]/container", **on}),
    ]
    for address, environment in cases:
        for aws in servers.values():
            aws.said.clear()
        place = Place(**environment)
        if address:  # what it hands out is good here
            place.aws.secrets, place.aws.tokens = servers[address].secrets, servers[address].tokens
        done = place.run()
        asked = [one for one, aws in servers.items() if aws.said]
        if done.status != (0 if address else 3) or asked != ([address] if address else []):
            print(address, environment, done.status, asked, done.err.decode("utf-8", "replace"))
    print("done")


if __name__ == "__main__":
    sys.exit(main())
