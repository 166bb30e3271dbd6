#!/usr/bin/env python3
"""Runs the public SCIM suites scim2-tester and scim-sanity (strict) against a gateway that is running.

usage: third_party_scim.py SCIM_BASE_URL TOKEN

Runs in the virtual environment that scripts/acceptance makes. Prints each check that failed, and a line for each suite;
exits 1 where a check failed that is not one of EXCEPTIONS, or where an exception is needed no longer.
"""
import sys
from collections import Counter

TIMEOUT_SECONDS = 20

# Roles are read-only, and the suite tries to make one of every type that it is not kept from.
WRITABLE = ("User", "Group")

# Checks that a correct server fails, each with its reason.
EXCEPTIONS = {
    ("scim-sanity", "PATCH /Groups/{id} add member"): (
        "adds the member fake-member-id, which is nobody's id (RFC 7643 §4.2: a member is a resource of the server)"
    ),
}


def scim2_tester(base_url, token):
    """Yields (check, passed, detail). A deviation from a SHOULD counts as a failure."""
    from httpx2 import Client
    from scim2_client.engines.httpx2 import SyncSCIMClient
    from scim2_tester import Status, check_server

    passed = (Status.SUCCESS, Status.COMPLIANT, Status.ACCEPTABLE, Status.SKIPPED)
    with Client(base_url=base_url, headers={"Authorization": f"Bearer {token}"}, timeout=TIMEOUT_SECONDS) as http:
        for result in check_server(SyncSCIMClient(http), resource_types=list(WRITABLE)):
            name = " ".join(filter(None, (result.title, result.resource_type)))
            yield name, result.status in passed, result.reason


def scim_sanity(base_url, token):
    """Yields (check, passed, detail). A warning counts as a failure."""
    from scim_sanity.probe.runner import run_probe_api

    report = run_probe_api(base_url, token=token, strict=True, timeout=TIMEOUT_SECONDS, user_domain="example.com")
    for result in report["results"]:
        yield result["name"], result["status"] in ("pass", "skip"), result.get("message")


def judge(suite, checks):
    """Prints what failed, and says whether the suite may pass."""
    count, excepted = Counter(), set()
    for name, passed, detail in checks:
        if not passed and (suite, name) in EXCEPTIONS:
            excepted.add((suite, name))
            continue
        count[passed] += 1
        if not passed:
            print(f"{suite}: {name}: {detail}")
    stale = {key for key in EXCEPTIONS if key[0] == suite} - excepted
    for _, name in sorted(stale):
        print(f"{suite}: {name}: passes or is gone, so take it out of EXCEPTIONS")
    print(f"{suite}: {count[True]} passed, {count[False]} failed, {len(excepted)} excepted")
    # A suite that checked nothing has proved nothing.
    return count[True] > 0 and count[False] == 0 and not stale


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    base_url, token = sys.argv[1].rstrip("/"), sys.argv[2]
    good = [judge(suite.__name__.replace("_", "-"), suite(base_url, token)) for suite in (scim2_tester, scim_sanity)]
    sys.exit(0 if all(good) else 1)


if __name__ == "__main__":
    main()
