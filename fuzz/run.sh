#!/usr/bin/env bash
# Builds the fuzz targets without cargo-fuzz and runs one: `fuzz/run.sh build`, then
# `fuzz/run.sh TARGET SECONDS`. Findings and the growing corpus stay in FUZZ_DIR (default /tmp/puntual-fuzz).
# No sanitizer of addresses: no room of ours has unsafe code. A unit above a second is a finding, and so is
# more memory than 256 MB for each MB of input (the longest input is 64 KB, the limit the program's own floor).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
dir=${FUZZ_DIR:-/tmp/puntual-fuzz}
host=$(rustc -vV | sed -n 's/^host: //p')
if [ "$1" = build ]; then
    export RUSTFLAGS="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
-Cllvm-args=-sanitizer-coverage-trace-compares --cfg fuzzing -Cdebug-assertions -Coverflow-checks -Ccodegen-units=4"
    cd "$here"
    CARGO_TARGET_DIR=$dir/target cargo +nightly build --release --target "$host" \
        --config profile.release.package.lopdf.opt-level=1
    exit
fi
target=$1
[ -d "$dir/seeds" ] || python3 "$here/seeds.py" "$dir/seeds"
mkdir -p "$dir/corpus/$target" "$dir/found/$target"
dictionary=
[ -f "$dir/seeds/$target.dict" ] && dictionary=-dict=$dir/seeds/$target.dict
exec nice -n 19 "$dir/target/$host/release/$target" "$dir/corpus/$target" "$dir/seeds/$target" \
    $dictionary -max_total_time="$2" -max_len=65536 -timeout=10 -report_slow_units=1 -rss_limit_mb=512 \
    -artifact_prefix="$dir/found/$target/" -print_final_stats=1
