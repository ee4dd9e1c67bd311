# tokmill - see `make help`. Sources are found by wildcard: a new stage is a new file in cmd/.
CC ?= cc
CXX ?= c++
PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
MANDIR ?= $(PREFIX)/share/man
B ?= build
VERSION := 0.1.0

DOMAINS := text read filter dedup tokenize shard stats
LIBS := -lzstd -llz4 -lpcre2-8 -lutf8proc -lxxhash -larchive -ldeflate -lz -lbz2 -llzma -lexpat \
        -Wl,--no-as-needed -lcld2_full -lcld2 -luchardet -lbrotlidec -lnettle -lpsl -lpthread -lm
WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla
CFLAGS ?= -O2 -g
ALL_CFLAGS = -std=c11 -D_GNU_SOURCE -DTOKMILL_VERSION='"$(VERSION)"' -I. -I$(B) $(WARN) \
             -ffp-contract=off -fno-math-errno -pthread $(CFLAGS) $(SAN_FLAGS)
ALL_CXXFLAGS = -std=c++17 -I. -Wall -Wextra -fno-exceptions -ffp-contract=off -pthread \
               $(CXXFLAGS) $(SAN_FLAGS)
CXXFLAGS ?= -O2 -g
ifdef SAN
SAN_FLAGS = -fsanitize=$(SAN) -fno-omit-frame-pointer -fno-sanitize-recover=all
endif

LIB_C := $(wildcard core/*.c $(DOMAINS:=/*.c))
LIB_CC := $(wildcard $(DOMAINS:=/*.cc))
CMD_C := $(wildcard cmd/*.c)
LIB_O := $(LIB_C:%.c=$(B)/%.o) $(LIB_CC:%.cc=$(B)/%.o)
CMD_O := $(CMD_C:%.c=$(B)/%.o) $(B)/stages.o
STAGES := $(basename $(notdir $(CMD_C)))
UNIT := $(patsubst tests/unit/%.c,$(B)/unit/%,$(wildcard tests/unit/*_test.c))

all: tokmill

tokmill: $(B)/tokmill
	@cp $< $@

$(B)/tokmill: $(CMD_O) $(B)/libtokmill.a
	@echo "  LD    $@"
	@$(CXX) $(SAN_FLAGS) $(LDFLAGS) -o $@ $(CMD_O) $(B)/libtokmill.a $(LIBS)

$(B)/libtokmill.a: $(LIB_O)
	@rm -f $@; $(AR) qcs $@ $(LIB_O)

# libtokmill-shard: the reader of native shards by itself, for trainers. Needs zstd and xxHash only.
SHARD_ABI := 1
SHARD_O := $(patsubst %.c,$(B)/pic/%.o,$(wildcard shard/tms_*.c))
SHARD_SO := $(B)/libtokmill-shard.so.$(SHARD_ABI)

shard-lib: $(B)/libtokmill-shard.a $(SHARD_SO) $(B)/tokmill-shard.pc

$(B)/pic/%.o: %.c
	@mkdir -p $(@D); echo "  PIC   $<"
	@$(CC) $(ALL_CFLAGS) -fPIC -fvisibility=hidden -MMD -c -o $@ $<

$(B)/libtokmill-shard.a: $(SHARD_O)
	@rm -f $@; $(AR) qcs $@ $^

$(SHARD_SO): $(SHARD_O)
	@$(CC) $(SAN_FLAGS) $(LDFLAGS) -shared -Wl,-soname,$(@F) -o $@ $^ -lzstd -lxxhash

# Made anew each time: PREFIX is in it.
$(B)/tokmill-shard.pc: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' 'prefix=$(PREFIX)' 'libdir=$(LIBDIR)' 'includedir=$(INCLUDEDIR)' '' \
	    'Name: tokmill-shard' 'Description: Reads native token shards (.tms)' \
	    'Version: $(VERSION)' 'Requires.private: libzstd libxxhash' \
	    'Libs: -L$${libdir} -ltokmill-shard' 'Cflags: -I$${includedir}' > $@

# The list of stages: one line for each file of cmd/.
$(B)/stages.c: $(CMD_C) Makefile
	@mkdir -p $(B)
	@{ echo '#include "core/run.h"'; \
	   for s in $(STAGES); do echo "extern const struct stage stage_$$s;"; done; \
	   echo 'const struct stage *const stages[] = {'; \
	   for s in $(STAGES); do echo "    &stage_$$s,"; done; echo '    NULL};'; \
	   echo 'int main(int argc, char **argv) { return tokmill_main(stages, argc, argv); }'; } > $@

$(B)/stages.o: $(B)/stages.c
	@$(CC) $(ALL_CFLAGS) -c -o $@ $<

# A header that has been moved away is no error: what included it is built again.
%.h: ;

$(B)/%.o: %.c
	@mkdir -p $(@D); echo "  CC    $<"
	@$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(B)/%.o: %.cc
	@mkdir -p $(@D); echo "  CXX   $<"
	@$(CXX) $(ALL_CXXFLAGS) -MMD -MP -c -o $@ $<

$(B)/unit/%: tests/unit/%.c $(B)/libtokmill.a
	@mkdir -p $(@D); echo "  TEST  $<"
	@$(CC) $(ALL_CFLAGS) -c -o $@.o $<
	@$(CXX) $(SAN_FLAGS) -o $@ $@.o $(B)/libtokmill.a -lcmocka $(LIBS)

# Programs of ours that benchmarks run beside tokmill.
$(B)/bench-%: bench/%.c $(B)/libtokmill.a
	@mkdir -p $(@D); echo "  BENCH $<"
	@$(CC) $(ALL_CFLAGS) -c -o $@.o $<
	@$(CXX) $(SAN_FLAGS) -o $@ $@.o $(B)/libtokmill.a $(LIBS)

unit: $(UNIT)

test:
	@tests/run.sh

# The Python package, where there is a Python with NumPy.
test-python: $(B)/tokmill
	@NO_INSTALL=1 TOKMILL=$(abspath $(B)/tokmill) python/tests/run.sh

# The same tests under AddressSanitizer, LeakSanitizer and UndefinedBehaviorSanitizer.
san:
	@B=build-san SAN=address,undefined CFLAGS='-O1 -g' CXXFLAGS='-O1 -g' tests/run.sh

# docs/man/NAME.md and the table of options make build/man/tokmill-NAME.1; stages with no page of
# their own are told by --help alone.
MAN := $(patsubst docs/man/%.md,$(B)/man/tokmill-%.1,$(wildcard docs/man/*.md))

man: $(MAN)

$(B)/man/tokmill-%.1: docs/man/%.md tools/man.awk $(B)/tokmill
	@mkdir -p $(@D)
	@$(B)/tokmill man $* > $@.options
	@awk -v name=$* -v version=$(VERSION) -v options=$@.options \
	    -v usage="$$($(B)/tokmill $* --help | sed -n '1s/^usage: //p')" \
	    -v summary="$$($(B)/tokmill $* --help | sed -n 3p)" -f tools/man.awk $< > $@
	@rm $@.options

# Kills, full disks and failing reads, 1,000 runs; RUNS=N for another number.
fault: tokmill
	@tests/fault/run.sh $(RUNS)

# Each target for FUZZ_SECONDS (20); TARGET=NAME for one.
fuzz:
	@tests/fuzz/run.sh $(TARGET)

# Lines that the tests run, by file, in build-cover/.
cover:
	@tools/cover.sh

lint:
	@tools/lint.sh

demo:
	@pipelines/demo.sh

test-peers:
	@tests/peers/run.sh

bench:
	@bench/run.sh $(TASK)

install-shard-lib: shard-lib
	install -d $(DESTDIR)$(LIBDIR)/pkgconfig $(DESTDIR)$(INCLUDEDIR) $(DESTDIR)$(MANDIR)/man3
	install -m 644 $(B)/libtokmill-shard.a $(DESTDIR)$(LIBDIR)/
	install -m 755 $(SHARD_SO) $(DESTDIR)$(LIBDIR)/
	ln -sf $(notdir $(SHARD_SO)) $(DESTDIR)$(LIBDIR)/libtokmill-shard.so
	install -m 644 $(B)/tokmill-shard.pc $(DESTDIR)$(LIBDIR)/pkgconfig/
	install -m 644 shard/tokmill-shard.h $(DESTDIR)$(INCLUDEDIR)/
	install -m 644 docs/libtokmill-shard.3 $(DESTDIR)$(MANDIR)/man3/

install: tokmill man install-shard-lib
	install -d $(DESTDIR)$(BINDIR) $(DESTDIR)$(MANDIR)/man1
	install -m 755 tokmill $(DESTDIR)$(BINDIR)/tokmill
	for s in $(subst _,-,$(STAGES)); do ln -sf tokmill $(DESTDIR)$(BINDIR)/tokmill-$$s; done
	install -d $(DESTDIR)$(PREFIX)/share/bash-completion/completions
	./tokmill completion bash > $(DESTDIR)$(PREFIX)/share/bash-completion/completions/tokmill
	install -d $(DESTDIR)$(PREFIX)/share/zsh/site-functions
	./tokmill completion zsh > $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_tokmill
	install -m 644 $(MAN) $(DESTDIR)$(MANDIR)/man1/

uninstall:
	rm -f $(DESTDIR)$(BINDIR)/tokmill \
	    $(addprefix $(DESTDIR)$(BINDIR)/tokmill-,$(subst _,-,$(STAGES)))
	rm -f $(DESTDIR)$(PREFIX)/share/bash-completion/completions/tokmill
	rm -f $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_tokmill
	rm -f $(addprefix $(DESTDIR)$(MANDIR)/man1/,$(notdir $(MAN)))
	rm -f $(addprefix $(DESTDIR)$(LIBDIR)/libtokmill-shard.,a so so.$(SHARD_ABI))
	rm -f $(DESTDIR)$(LIBDIR)/pkgconfig/tokmill-shard.pc
	rm -f $(DESTDIR)$(INCLUDEDIR)/tokmill-shard.h $(DESTDIR)$(MANDIR)/man3/libtokmill-shard.3

help:
	@echo 'make            build ./tokmill'
	@echo 'make test       install what is missing, build, run every test'
	@echo 'make test-python   the package in python/, with NumPy'
	@echo 'make test-peers ids, shards and more held against other libraries (needs PyPI)'
	@echo 'make demo       the whole path on real input'
	@echo 'make san        the tests under sanitizers'
	@echo 'make fault      kills at random moments, full disks, failing reads'
	@echo 'make fuzz       mutated inputs under sanitizers; TARGET=json: one; FUZZ_SECONDS=20'
	@echo 'make cover      the share of lines that the tests run'
	@echo 'make lint       dependency law, globals, line and function lengths'
	@echo 'make bench      tokmill beside its peers; TASK=encode runs one family'
	@echo 'make man        man pages in build/man'
	@echo 'make install    program, links, man pages, completions, libtokmill-shard; PREFIX=/usr/local DESTDIR='
	@echo 'make install-shard-lib   the C library for native shards alone'
	@echo 'make uninstall  takes them away'
	@echo 'make clean'

clean:
	rm -rf build build-san build-fuzz build-cover tokmill

-include $(LIB_O:.o=.d) $(SHARD_O:.o=.d) $(CMD_C:%.c=$(B)/%.d)
.PHONY: all unit test test-python test-peers san man fault fuzz cover lint demo bench install uninstall help clean \
        shard-lib install-shard-lib FORCE
