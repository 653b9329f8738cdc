# imgbatch: `make demo` to see it work, `make test` to prove it, `make install` to have it.

PREFIX ?= /usr/local
DESTDIR ?=
SWIFT ?= swift
PACKAGES := libpng-dev zlib1g-dev libyaml-dev
SOURCES := Sources Tests Package.swift

# Warnings are errors here and in CI, not for whoever builds with a newer compiler.
export IMGBATCH_STRICT := 1
BUILD := $(SWIFT) build --explicit-target-dependency-import-check error
RELEASE_DIR = $(shell $(SWIFT) build -c release --show-bin-path)

.DEFAULT_GOAL := help
.PHONY: help
help: ## List what can be made
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

.PHONY: dependencies
dependencies: ## Install the libraries that are missing (Debian; through sudo unless root)
	@missing=; for package in $(PACKAGES); do \
	  dpkg-query -W -f='$${Status}' $$package 2>/dev/null | grep -q ' installed' \
	    || missing="$$missing $$package"; \
	done; \
	test -z "$$missing" && exit 0; \
	if ! command -v apt-get >/dev/null; then \
	  echo "not a Debian system: please install the like of:$$missing" >&2; exit 1; fi; \
	as_root=; if [ "$$(id -u)" -ne 0 ]; then as_root=sudo; fi; \
	echo "installing$$missing $${as_root:+(through sudo)}"; \
	$$as_root apt-get update -q && $$as_root apt-get install -y -q --no-install-recommends $$missing

.PHONY: build
build: dependencies ## Build the release
	$(BUILD) -c release

.PHONY: demo
demo: build ## Make a folder of sample images and resize it
	rm -rf demo && mkdir demo
	$(RELEASE_DIR)/sample-images demo demo/in
	@echo '--- the main job; one file is broken on purpose, so its status is 1'
	$(RELEASE_DIR)/imgbatch resize demo/in demo/out --size 320 --workers 4 || [ $$? -eq 1 ]
	@echo '--- what it made'
	$(RELEASE_DIR)/imgbatch inspect demo/out --quiet

GALLERY := .build/gallery
PHOTO ?= $(GALLERY)/photo.png

.PHONY: gallery
gallery: build ## Lay out what each operation makes of one picture, or of PHOTO: .build/gallery.png
	rm -rf $(GALLERY) && mkdir -p $(GALLERY)
	$(RELEASE_DIR)/sample-images photo $(GALLERY)/photo.png
	$(RELEASE_DIR)/imgbatch apply '$(PHOTO)' $(GALLERY)/out --recipe docs/gallery.yaml
	$(RELEASE_DIR)/sample-images contact-sheet docs/gallery.yaml $(GALLERY)/out .build/gallery.png

.PHONY: lint
lint: ## Check the format
	$(SWIFT) format lint --strict --parallel --recursive $(SOURCES)

.PHONY: format
format: ## Mend the format
	$(SWIFT) format --in-place --parallel --recursive $(SOURCES)

.PHONY: test
test: dependencies lint build ## Lint, build, and run all tests
	$(SWIFT) build --build-tests
	$(call repeat,$$($(SWIFT) build --show-bin-path),3)
	IMGBATCH_BINARY=$(RELEASE_DIR)/imgbatch $(SWIFT) test

# The tests of concurrency, over and over until one fails: $(call repeat,folder of the build,rounds).
# Campaigns, and what starts processes, are left to a single run.
REPEATED := ConcurrencyPrimitivesTests|BatchSettingsTests|BatchWatchTests
LEFT_OUT := LeaveNothing|[Tt]raps|Threads|SchedulingTests|PipelineTests|overflow
define repeat
	SWIFT_BACKTRACE=enable=no $(1)/imgbatchPackageTests.xctest --testing-library swift-testing \
	  --filter '$(REPEATED)' --skip '$(LEFT_OUT)' --repetitions $(2) --repeat-until fail \
	  > .build/repeat.log 2>&1 || { grep '✘' .build/repeat.log; exit 1; }
	@tail -n 1 .build/repeat.log
endef

ROUNDS ?= 1000
SCHEDULES ?= 10000
MUTATIONS ?= 100000
SOAK = IMGBATCH_SOAK=1 IMGBATCH_SCHEDULES=$(SCHEDULES) $(SWIFT) test -c release --skip-build \
  -Xswiftc -enable-testing --scratch-path .build-soak

.PHONY: soak
soak: dependencies ## Repeat the tests of concurrency ROUNDS times; run campaigns of SCHEDULES seeds
	$(SWIFT) build --build-tests -c release -Xswiftc -enable-testing --scratch-path .build-soak
	$(call repeat,.build-soak/release,$(ROUNDS))
	$(SOAK) --filter 'SchedulingTests|BatchScheduleTests|WatchedTreeTests|jobsLeaveNothing|earlyEndsLeaveNothing'

.PHONY: fuzz
fuzz: ## Read 100,000 mutated files by both lanes, and as many streams, under the address sanitizer
	IMGBATCH_SOAK=1 IMGBATCH_MUTATIONS=$(MUTATIONS) \
	  $(MAKE) asan FILTER='DeflateTests|PNGLanesTests|PNGFilterTests|PNGWritingTests|AnimationReading'

# As users have it, with Swift built in: start-up, and each call of Swift's runtime, depend on how it
# is linked.
INSTALLED := .build-static/installed
BENCH = python3 Benchmarks/bench.py --binary .build-static/release/imgbatch \
  --installed $(INSTALLED)/bin/imgbatch

.PHONY: bench-build
bench-build:
	$(MAKE) install DESTDIR=$(CURDIR)/$(INSTALLED) PREFIX=
	$(STATIC_BUILD) --product bare-loop

.PHONY: bench
bench: bench-build ## Run imgbatch beside its peers; fetches pictures and peers once, into ~/.cache
	$(BENCH) --rounds 3 --markdown .build/bench.md --json .build/bench.json

.PHONY: bench-scale
bench-scale: bench-build ## Run imgbatch over 10,000 to 1,000,000 files, and by 1 to 64 workers
	$(BENCH) --only scale --markdown .build/bench-scale.md --json .build/bench-scale.json

.PHONY: quality
quality: build ## Hold what resizing makes against a float64 reference, and the peers beside it
	python3 Benchmarks/quality.py --binary $(RELEASE_DIR)/imgbatch --markdown .build/quality.md

.PHONY: testdata
testdata: build ## Make testdata/ anew
	$(RELEASE_DIR)/sample-images testdata testdata

# Optimised, as sanitizers are meant to run: unoptimised, the suite takes ten times as long.
SANITIZED_TEST = SWIFT_BACKTRACE=enable=no $(SWIFT) test -c release -Xswiftc -enable-testing \
  $(if $(FILTER),--filter '$(FILTER)')

# Without the search for leaks: Swift keeps tags in the bits of pointers, which hides live objects
# from it. The tests count threads, descriptors and memory instead.
.PHONY: asan
asan: dependencies ## Run the tests, or those of FILTER, under the address sanitizer
	ASAN_OPTIONS=detect_leaks=0 $(SANITIZED_TEST) --sanitize=address --scratch-path .build-asan

# The thread sanitizer does not see the futex in Synchronization.Mutex and takes every guarded
# access for a race. So it runs on a copy, in which a mutex of pthreads hides it; where that makes an
# import superfluous, the warning is no error.
.PHONY: tsan
tsan: dependencies ## Run the tests, or those of FILTER, under the thread sanitizer
	rm -rf .build-tsan/package && mkdir -p .build-tsan/package
	cp -R Package.swift Sources Tests testdata .build-tsan/package/
	for module in $$(grep -rl 'import Synchronization' Sources Tests/TestSupport | cut -d/ -f1,2 \
	  | sort -u); do cp Tests/Sanitizers/Mutex.swift .build-tsan/package/$$module/; done
	cd .build-tsan/package && TSAN_OPTIONS=suppressions=$(CURDIR)/Tests/Sanitizers/tsan.supp \
	  env -u IMGBATCH_STRICT $(SANITIZED_TEST) --sanitize=thread --scratch-path ../build

# The C++ library that Swift's runtime is built on becomes part of the binary: loading the shared one
# took 0.6 ms of each start, of 3.4; so does the YAML parser, 0.15 ms. What reads pictures stays
# shared: who mends libpng or zlib mends imgbatch. No symbol is there for others, and the 46,000
# addresses that are set at each start, as the binary may lie anywhere, are listed in 9 KB in place of
# 1.1 MB: 0.2 ms less. Looking all functions up at once costs nothing, and then nobody can write to
# their table.
STATIC_LIBRARIES := .build-static/lib
STATIC_BUILD = IMGBATCH_STATIC_LIBRARIES=$(CURDIR)/$(STATIC_LIBRARIES) \
  $(BUILD) -c release --static-swift-stdlib --disable-local-rpath --scratch-path .build-static \
  $$(cat $(STATIC_LIBRARIES)/flags)
COMPACT_LINKING := -Xswiftc -use-ld=lld -Xlinker -z -Xlinker pack-relative-relocs \
  -Xlinker --no-export-dynamic -Xlinker -z -Xlinker now
# A generic type is asked of the function that makes it, not looked up by its name, which searches
# all conformances for what the compiler knew: 0.5 ms less of the 5.4 that one icon took.
DIRECT_METADATA := -Xswiftc -Xfrontend \
  -Xswiftc -disable-concrete-type-metadata-mangled-name-accessors

# Not every linker can pack addresses, glibc reads them from 2.36 on, and not every compiler has the
# other flag: a program tries them.
.PHONY: static-libraries
static-libraries: dependencies
	mkdir -p $(STATIC_LIBRARIES)
	for library in libstdc++.a libyaml.a; do \
	  ln -sf "$$($(CC) -print-file-name=$$library)" $(STATIC_LIBRARIES)/; done
	@cd $(STATIC_LIBRARIES) && echo > trial.swift && : > flags; \
	for flags in '$(COMPACT_LINKING)' '$(DIRECT_METADATA)'; do \
	  if $(SWIFT)c -static-stdlib $$(echo $$flags | sed 's/-Xswiftc//g') trial.swift -o trial \
	    2> trial.log && ./trial; \
	  then echo $$flags >> flags; else echo "built without $$flags"; fi; \
	done

# Stripped before it goes to its place, the binary is whole there from the first, and is written in
# large pieces, which the kernel maps faster than the small ones of strip(1): 0.2 ms of the 5 of one
# icon, for as long as they stay in its cache.
.PHONY: install
install: static-libraries ## Install one binary with Swift built in, man page and completions below PREFIX
	$(STATIC_BUILD) --product imgbatch
	strip -o .build-static/imgbatch .build-static/release/imgbatch
	install -D -m 755 .build-static/imgbatch $(DESTDIR)$(PREFIX)/bin/imgbatch
	install -D -m 644 docs/imgbatch.1 $(DESTDIR)$(PREFIX)/share/man/man1/imgbatch.1
	install -d $(DESTDIR)$(PREFIX)/share/bash-completion/completions \
	  $(DESTDIR)$(PREFIX)/share/zsh/site-functions $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d
	cd $(DESTDIR)$(PREFIX)/share && imgbatch=../bin/imgbatch \
	  && $$imgbatch --generate-completion-script bash > bash-completion/completions/imgbatch \
	  && $$imgbatch --generate-completion-script zsh > zsh/site-functions/_imgbatch \
	  && $$imgbatch --generate-completion-script fish > fish/vendor_completions.d/imgbatch.fish

.PHONY: uninstall
uninstall: ## Remove what install installed
	rm -f $(DESTDIR)$(PREFIX)/bin/imgbatch $(DESTDIR)$(PREFIX)/share/man/man1/imgbatch.1 \
	  $(DESTDIR)$(PREFIX)/share/bash-completion/completions/imgbatch \
	  $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_imgbatch \
	  $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/imgbatch.fish

.PHONY: man
man: ## Make the man page anew from the command line's own description
	$(SWIFT) package --allow-writing-to-package-directory generate-manual \
	  --output-directory docs

.PHONY: clean
clean: ## Remove all that was built
	rm -rf .build .build-asan .build-tsan .build-soak .build-static demo
