# The commands of every day. Each is one line of cargo, so that nobody needs just to work here.

# what continuous integration checks, in the same order
check: fmt lint test

# a living demo company on http://127.0.0.1:8080
demo:
    cargo run --release -- demo

# the same, quick to rebuild
dev:
    cargo run -- demo

# all tests; those that need PostgreSQL or Chromium say so when they are skipped
test *args:
    cargo test --workspace {{args}}

# all tests; a missing PostgreSQL or Chromium is a failure
test-all:
    PUNTUAL_REQUIRE_ALL=1 cargo test --workspace

fmt:
    cargo fmt --all --check

lint:
    cargo clippy --workspace --all-targets -- -D warnings

# licences and advisories of the dependencies (needs cargo-deny)
deny:
    cargo deny check

# the documentation of the code
doc:
    cargo doc --workspace --no-deps --document-private-items --open

# the binary that is given to others
release:
    cargo build --profile dist
