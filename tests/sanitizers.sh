# Part of tests/run: a build with sanitizers (make test SAN=…). Sourced.
# shellcheck shell=bash

# Every process, of the stack as of the tests, writes what it finds into a file of its own. They stand where no stack is
# started and none is removed.
reports=$PWD/$build/tests/reports
rm -rf "$reports"
mkdir -p "$reports"
to_reports=log_path=$reports/report:log_exe_name=1
export ASAN_OPTIONS=$to_reports:detect_stack_use_after_return=1:strict_string_checks=1
export UBSAN_OPTIONS=$to_reports:print_stacktrace=1
# die_after_fork=0: tests of tests/integration/storage_dead_retry.cc and postgres_database.cc fork a process, and the pool
# that it opens has a thread of its own.
export TSAN_OPTIONS=$to_reports:second_deadlock_stack=1:die_after_fork=0:suppressions=$PWD/tests/tsan.supp
export LSAN_OPTIONS=suppressions=$PWD/tests/lsan.supp:print_suppressions=0
# The search for leaks at the end takes each process a second or two of a core.
export STOP_WITHIN_S=120

# Ends the run if a process of the stack is another program than it should be: it would find nothing.
must_be_sanitized() {
  local runtime=__asan_init name
  [[ $build == */san-address* ]] || runtime=__tsan_init
  for name in "$RUN_DIR"/pids/*; do
    name=${name##*/}
    [[ $name != postgres && $name != redis-* && $name != nginx ]] || continue
    grep -qa "$runtime" "/proc/$(cat "$RUN_DIR/pids/$name")/exe" && continue
    echo "$name runs without $runtime"
    exit 1
  done
}

# Adds a failure for each process that reported something.
count_reports() {
  local report
  for report in "$reports"/*; do
    [[ -f $report ]] || continue
    echo "--- $report"
    head -n 80 "$report"
    failed=$((failed + 1))
  done
}
