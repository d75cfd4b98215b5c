# ticketd. `make help` lists the targets; `make V=1` shows the commands; SAN=address,undefined or SAN=thread builds with
# sanitizers (by clang: it takes a third of GCC's time for it), CRASH=1 with crash points for the torture tests, FUZZ=1 for
# the fuzzers; each in a folder of its own. RELEASE=13 or 12 does it on a Debian of that release, made for it.
ifneq ($(and $(RELEASE),$(filter-out test-systemd test-bare,$(MAKECMDGOALS))),)
.PHONY: $(MAKECMDGOALS)
$(MAKECMDGOALS):
	@systemd/local/install-packages bare
	@tests/on-debian $(RELEASE) make --no-print-directory $(filter -j%,$(MAKEFLAGS)) $@ $(MAKEOVERRIDES) RELEASE=
else
comma    := ,
BUILD    := build$(if $(FUZZ),/fuzz,$(if $(SAN),/san-$(subst $(comma),-,$(SAN))))$(if $(CRASH),/crash)
CXX      ?= g++
CLANG    ?= clang++
PKGS     := fcgi libpqxx hiredis jansson libjwt libsodium libsystemd libcrypto libutf8proc
# What prints tickets, which few programs do; the others link nothing of it.
PRINT    := pangocairo libqrencode
OPT      ?= $(if $(SAN),-O1,-O2) -g1
CXXFLAGS := -std=c++20 $(OPT) -fPIE -fstack-protector-strong -fstack-clash-protection -fcf-protection -Wall -Wextra -Wpedantic \
            -Wconversion -Wshadow -Werror $(if $(CRASH),-DTICKETD_CRASH_POINTS)
LDFLAGS  := -pie -Wl,-z,relro,-z,now,-z,noexecstack
ifdef SAN
CXX      := $(CLANG)
CXXFLAGS += -fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer -DCPPUTEST_MEM_LEAK_DETECTION_DISABLED
# CppUTest and the sanitizer both bring an operator new; the sanitizer's comes first and is the one to take.
LDFLAGS  += -fsanitize=$(SAN) -Wl,-z,muldefs
else
CXXFLAGS += -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3
endif
ifdef FUZZ
CXXFLAGS += -fprofile-instr-generate -fcoverage-mapping
LDFLAGS  += -fprofile-instr-generate
endif
# -isystem: the warnings above are for our own code
INCLUDES := -Ilib -Iworker -Itests $(patsubst -I%,-isystem %,$(shell pkg-config --cflags-only-I $(PKGS) $(PRINT) 2>/dev/null))
LIBS      = $(shell pkg-config --libs $(PKGS)) -pthread
PRINT_LIBS = $(shell pkg-config --libs $(PRINT))
LIBS_bookings_ticket_svg  = $(shell pkg-config --libs libqrencode)
LIBS_bookings_tickets_pdf = $(PRINT_LIBS)

LIB_SRC     := $(wildcard lib/*/*.cc)
HANDLER_SRC := $(wildcard handlers/*.cc)
WORKER_SRC  := $(filter-out worker/main.cc,$(wildcard worker/*.cc))
MESSENGER_SRC := $(wildcard worker/messenger/*.cc)
WEBHOOKS_SRC := $(wildcard worker/webhooks/*.cc)
CTL_SRC     := $(wildcard worker/ticketctl/*.cc worker/ticketctl/*/*.cc)
TEST_KINDS  := unit integration e2e faults
# Most tests wait, so lists of them run beside each other.
ALL_TESTS   := tests/beside "e2e monitoring mail" "unit integration upgrade" "docs webhooks tickets privacy faults" , conformance
SUPPORT_SRC := $(wildcard tests/support/*.cc)
# Of the tests, what is code and not a list of cases.
TEST_PARTS  := tests/support tests/sim tests/torture tests/fuzz

obj      = $(patsubst %.cc,$(BUILD)/obj/%.o,$(1))
HANDLERS := $(foreach h,$(HANDLER_SRC),$(BUILD)/bin/$(subst _,-,$(basename $(notdir $(h)))))
BENCH    := build/bench/bin/crowd $(patsubst tests/bench/bare/%.cc,build/bench/bin/bare-%,$(wildcard tests/bench/bare/*.cc))
PROGRAMS := $(HANDLERS) $(BUILD)/bin/ticketd-worker $(BUILD)/bin/ticketd-messenger $(BUILD)/bin/ticketd-webhooks $(BUILD)/bin/ticketctl
LIBRARY  := $(BUILD)/libticketd.a
STACK    := systemd/local/stack

Q := $(if $(V),,@)
say = $(if $(V),,@echo "  $(1) $(2)")

.DEFAULT_GOAL := help
.PHONY: help run mail stop build docs test screenshots sim fuzz fuzz-targets torture bench deb test-systemd test-bare check format tidy cppcheck hardening layers deps clean
.SECONDARY:

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: deps ## build and run everything here; Ctrl-C stops it. PORT=8080 WORKERS=1 and any setting, e.g. TICKETD_RATE_LIMIT=off
	@[ -e $(LIBRARY) ] || echo "Compiling $(words $(LIB_SRC) $(HANDLER_SRC) $(WORKER_SRC) $(MESSENGER_SRC) $(WEBHOOKS_SRC) $(CTL_SRC) worker/main.cc) files: about two minutes on two cores, and only once."
	@$(MAKE) --no-print-directory -j$$(nproc) build docs
	@SAMPLE=1 $(STACK) run

mail: ## what `make run` has sent by mail; LAST=1 for the newest alone
	@systemd/local/mail

stop: ## end a run that was left behind
	@$(STACK) stop

build: $(PROGRAMS) ## compile everything
	@:

docs: ## the pages of / and /docs, into build/www; without npm, /docs only says so
	$(Q)nginx/docs/build

test: deps-test ## unit, integration, e2e, monitoring, document, mail, webhook, ticket, privacy and upgrade tests on stacks of their own
	@tests/sim/mutate && tests/torture/controls --look
	@$(MAKE) --no-print-directory -j$$(nproc) build docs $(TEST_KINDS:%=$(BUILD)/tests/%)
	@BUILD=$(BUILD) $(if $(SAN)$(findstring command,$(origin TEST_KINDS)),tests/run $(TEST_KINDS),$(ALL_TESTS))

screenshots: deps-test ## pictures of / and /docs, wide and narrow, light and dark, into build/screenshots
	@$(MAKE) --no-print-directory -j$$(nproc) build docs
	@tests/docs/pictures

sim: deps-test ## a million random schedules of the booking rules, and every rule disabled once
	@$(MAKE) --no-print-directory -j$$(nproc) $(BUILD)/tests/sim
	@BUILD=$(BUILD) tests/sim/run $(or $(SCHEDULES),1000000)

fuzz: deps-test ## libFuzzer on every parser of a stranger's bytes: SECONDS=60 for each
	@$(MAKE) --no-print-directory -j$$(nproc) FUZZ=1 SAN=fuzzer-no-link,address,undefined fuzz-targets
	@tests/fuzz/run $(or $(SECONDS),60)

torture: deps-test ## everything dies, whenever it likes, and nothing may break: SEEDS=20
	@tests/torture/run $(or $(SEEDS),20)

deb: deps-deb ## a Debian package: build/ticketd_VERSION_ARCH.deb
	@$(MAKE) --no-print-directory -j$$(nproc) build docs
	@systemd/debian/build $(BUILD)/bin $(BUILD)

test-systemd: deps-systemd ## the package on a Debian of its own that boots systemd; as root. RELEASE=13, BOOKINGS=5000000, PARTS=life for some alone; PARTS=dist_upgrade is no default
	@$(MAKE) --no-print-directory deb
	@$(if $(filter dist_upgrade,$(PARTS)),$(MAKE) --no-print-directory deb RELEASE=13)
	@$(if $(RELEASE),,tests/upgrade/build packages)
	@BUILD=$(BUILD) tests/systemd/run

test-bare: deps-bare ## `make run` and a first booking on a Debian that has only make; as root. RELEASE=13, BARE_TESTS=1 for make test, too
	@tests/bare/run

bench: deps-bench ## speed beside bare minimums, and growth: CASES="book status", QUICK=1, BASE=rev for a comparison
	@$(MAKE) --no-print-directory -j$$(nproc) build $(BENCH)
	@tests/bench/run

check: deps-test format layers tidy cppcheck hardening ## format, layers, clang-tidy, cppcheck, hardening

format: ## is everything formatted? (`clang-format-19 -i` mends it)
	$(Q)git ls-files '*.cc' '*.h' | xargs clang-format-19 --dry-run --Werror

layers: ## do includes go one way?
	$(Q)tests/layers

tidy: ## clang-tidy over our own sources
	$(Q)printf '%s\n' $(LIB_SRC) $(HANDLER_SRC) $(WORKER_SRC) worker/main.cc $(MESSENGER_SRC) $(WEBHOOKS_SRC) $(CTL_SRC) | \
	  xargs -P $$(nproc) -n 1 sh -c 'clang-tidy --quiet "$$1" -- -std=c++20 $(INCLUDES) 2>/dev/null' tidy

cppcheck: ## cppcheck over the same and what the tests stand on; its exceptions are in .cppcheck-suppressions
	$(Q)cppcheck --std=c++20 --language=c++ --enable=warning,performance,portability --suppressions-list=.cppcheck-suppressions \
	  --error-exitcode=1 --quiet -j $$(nproc) -Ilib -Iworker -Itests lib handlers worker $(TEST_PARTS)

hardening: build ## is every program built so that a memory fault is hard to use?
	$(Q)tests/hardening $(PROGRAMS)

deps:
	@systemd/local/install-packages run

deps-%:
	@systemd/local/install-packages $*

clean: ## remove what was compiled; the data of `make run` stays
	rm -rf $(BUILD)/obj $(BUILD)/bin $(BUILD)/tests $(BUILD)/common.h* $(LIBRARY)

# They run once: optimising them took longer than that.
TEST_OBJ := $(call obj,$(wildcard $(TEST_KINDS:%=tests/%/*.cc)))
$(TEST_OBJ) $(BUILD)/tests/common.h.gch: private CXXFLAGS += -O0 -U_FORTIFY_SOURCE
# What most files include is compiled once, for each kind of options: it saves a third of the time. They include what they
# need all the same: clang-tidy and cppcheck know nothing of this. Not where GCC optimises: it would warn of what it makes
# of the standard library.
$(TEST_OBJ): private COMMON := $(BUILD)/tests/common.h
$(TEST_OBJ): | $(BUILD)/tests/common.h.gch
COMMON   := $(if $(SAN),$(BUILD)/common.h)
%/common.h: Makefile
	@mkdir -p $(@D)
	@printf '#include <%s>\n' algorithm array atomic charconv chrono cstdint cstring filesystem functional map memory mutex optional \
	  pqxx/pqxx set span stdexcept string string_view thread unordered_map utility vector > $@
%/common.h.gch: %/common.h
	$(call say,CXX,$@)
	$(Q)$(CXX) $(CXXFLAGS) $(INCLUDES) -x c++-header $< -o $@
$(BUILD)/obj/%.o: %.cc | $(COMMON:=.gch)
	$(call say,CXX,$<)
	@mkdir -p $(@D)
	$(Q)$(CXX) $(CXXFLAGS) $(INCLUDES) $(addprefix -include ,$(COMMON)) -MMD -MP -c $< -o $@

$(LIBRARY): $(call obj,$(LIB_SRC))
	$(call say,AR,$@)
	@rm -f $@
	$(Q)ar rcs $@ $^

# events-book is made of handlers/events_book.cc: the names differ in a dash, so each program gets a rule of its own.
define link_rule
$(1): $(2) $(LIBRARY)
	$$(call say,LINK,$(1))
	@mkdir -p $$(@D)
	$$(Q)$$(CXX) $$(LDFLAGS) $(2) $(LIBRARY) $$(LIBS) $(3) -o $$@
endef
$(foreach h,$(HANDLER_SRC),$(eval $(call link_rule,$(BUILD)/bin/$(subst _,-,$(basename $(notdir $(h)))),$(call obj,$(h)),$$(LIBS_$(basename $(notdir $(h)))))))
$(eval $(call link_rule,$(BUILD)/bin/ticketd-worker,$(call obj,worker/main.cc $(WORKER_SRC))))
$(eval $(call link_rule,$(BUILD)/bin/ticketd-messenger,$(call obj,$(MESSENGER_SRC)),-lcurl))
$(eval $(call link_rule,$(BUILD)/bin/ticketd-webhooks,$(call obj,$(WEBHOOKS_SRC)),-lcurl))
$(eval $(call link_rule,$(BUILD)/bin/ticketctl,$(call obj,$(CTL_SRC)),-lcurl))
$(foreach t,$(TEST_KINDS),$(eval $(call link_rule,$(BUILD)/tests/$(t),$(call obj,$(wildcard tests/$(t)/*.cc) $(if $(filter faults,$(t)),tests/e2e/main.cc) $(SUPPORT_SRC) $(WORKER_SRC)),-lcurl $(if $(filter unit,$(t)),$$(PRINT_LIBS)) -lCppUTest -lCppUTestExt)))

$(BUILD)/tests/sim: $(call obj,$(wildcard tests/sim/*.cc)) $(LIBRARY)
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	$(Q)$(CXX) $(LDFLAGS) $^ -pthread -o $@

$(eval $(call link_rule,build/bench/bin/crowd,$(call obj,tests/bench/crowd.cc)))
$(foreach b,$(wildcard tests/bench/bare/*.cc),$(eval $(call link_rule,build/bench/bin/bare-$(basename $(notdir $(b))),$(call obj,$(b)))))

$(eval $(call link_rule,$(BUILD)/tests/torture,$(call obj,$(wildcard tests/torture/*.cc tests/sim/model*.cc) $(SUPPORT_SRC) $(WORKER_SRC)),-lcurl -lCppUTest -lCppUTestExt))

# A handler among others in one program: its main() becomes a constructor, which names the handler to tests/fuzz/requests.cc.
FUZZ_TARGETS := $(patsubst tests/fuzz/%.cc,$(BUILD)/tests/fuzz/%,$(wildcard tests/fuzz/*.cc))
$(BUILD)/obj/fuzzed/%.o: %.cc
	$(call say,CXX,$<)
	@mkdir -p $(@D)
	$(Q)$(CXX) $(CXXFLAGS) $(INCLUDES) '-Dmain=__attribute__((constructor)) main_$(notdir $*)' -MMD -MP -c $< -o $@
$(foreach t,$(notdir $(FUZZ_TARGETS)),$(eval $(call link_rule,$(BUILD)/tests/fuzz/$(t),$(call obj,tests/fuzz/$(t).cc) $(if $(filter requests,$(t)),$(HANDLER_SRC:%.cc=$(BUILD)/obj/fuzzed/%.o)),$(if $(filter requests,$(t)),$$(PRINT_LIBS)) -fsanitize=fuzzer)))
fuzz-targets: $(FUZZ_TARGETS)

-include $(shell find $(BUILD)/obj -name '*.d' 2>/dev/null)
endif
