# Every recipe is a thin name for a script or a cargo command.

# The demo: a gateway on SQLite and a simulator that plays Okta
run *options:
    scripts/run {{options}}

# Install what the tests need and run all of them
test:
    scripts/test

# All checks, as CI runs them, where everything is installed
check:
    scripts/with-postgres scripts/check

# Format all code
fmt:
    cargo fmt --all

# Licences, sources and duplicate versions of dependencies (needs cargo-deny)
deny:
    cargo deny check bans licenses sources

# Write the golden access matrix anew, to be read before it is committed
golden:
    UPDATE_GOLDEN=1 cargo test -p domain --test access_matrix

# Make the SAML fixtures anew
fixtures:
    cargo run -p saml-acs --example make_fixtures

# What verifying a SAML response costs, beside xmlsec in the same run
bench-saml:
    cargo bench -p saml-acs --bench verification

# What SCIM costs in a workspace of a million people beside one of a thousand (needs sqlite3 and psql)
bench-scim *options:
    scripts/with-postgres cargo bench -p gateway --bench scim_growth -- {{options}}

# What the console's pages and searches cost in a workspace of a hundred thousand people (needs sqlite3 and psql)
bench-console *options:
    scripts/with-postgres cargo bench -p gateway --bench console_people -- {{options}}

# Record responses of the identity providers that scripts/peers installs
record:
    scripts/peers
    GATEHOUSE_TEST_PEERS=required cargo test -p gateway --test peers -- --ignored

# A minute of fuzzing for each target of the SAML door: `just fuzz`, or `just fuzz 3600 verifier`
fuzz *options:
    scripts/fuzz {{options}}
