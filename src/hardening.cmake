# The flags every target is built with: the language, the warnings, and the
# hardening that gcc 12 and clang 14 take (OpenSSF compiler options guide).

add_library(ark_flags INTERFACE)
target_compile_definitions(ark_flags INTERFACE
	_GNU_SOURCE _FILE_OFFSET_BITS=64 CALLARK_VERSION="${PROJECT_VERSION}")
target_include_directories(ark_flags INTERFACE
	${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/src)
target_compile_options(ark_flags INTERFACE
	-Wall -Wextra -Wformat=2 -Wconversion -Wsign-conversion -Wshadow
	-Wimplicit-fallthrough -Wstrict-prototypes -Wmissing-prototypes
	-Wpointer-arith -Wvla -Wundef -Wwrite-strings
	-Werror=format-security -Werror=implicit -Werror=incompatible-pointer-types
	-Werror=int-conversion
	-fstack-protector-strong -fstack-clash-protection -fcf-protection=full
	-fno-delete-null-pointer-checks
	-fno-strict-overflow -fno-strict-aliasing -fexceptions)
# clang takes this one from version 16 on.
include(CheckCCompilerFlag)
check_c_compiler_flag(-ftrivial-auto-var-init=zero CALLARK_HAS_AUTO_INIT)
if(CALLARK_HAS_AUTO_INIT)
	target_compile_options(ark_flags INTERFACE -ftrivial-auto-var-init=zero)
endif()
if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
	target_compile_options(ark_flags INTERFACE
		-Wtrampolines -Wbidi-chars=any -Wlogical-op -Wduplicated-cond)
endif()
if(CALLARK_WERROR)
	target_compile_options(ark_flags INTERFACE -Werror)
endif()

target_link_options(ark_flags INTERFACE
	-pie -Wl,-z,relro,-z,now -Wl,-z,noexecstack -Wl,-z,nodlopen
	-Wl,--as-needed -Wl,--no-copy-dt-needed-entries)

# What is fuzzed counts its branches, and a find must not go unseen.
if(CALLARK_FUZZ)
	if(NOT CMAKE_C_COMPILER_ID STREQUAL "Clang")
		message(FATAL_ERROR "CALLARK_FUZZ takes -DCMAKE_C_COMPILER=clang-14")
	endif()
	set(CALLARK_SANITIZE ON)
	target_compile_options(ark_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()

# _FORTIFY_SOURCE would hide from the sanitizers what they look for.
if(CALLARK_SANITIZE AND CALLARK_SANITIZE_THREAD)
	message(FATAL_ERROR "choose one of CALLARK_SANITIZE and CALLARK_SANITIZE_THREAD")
elseif(CALLARK_SANITIZE)
	target_compile_options(ark_flags INTERFACE -O1 -g -fno-omit-frame-pointer
		-fsanitize=address,undefined -fno-sanitize-recover=all)
	target_link_options(ark_flags INTERFACE -fsanitize=address,undefined)
	target_compile_definitions(ark_flags INTERFACE CALLARK_DUMPABLE=1)
elseif(CALLARK_SANITIZE_THREAD)
	target_compile_options(ark_flags INTERFACE -O1 -g -fno-omit-frame-pointer
		-fsanitize=thread)
	target_link_options(ark_flags INTERFACE -fsanitize=thread)
elseif(CALLARK_COVERAGE)
	# Branches are those of the source: none is optimised away, and no call
	# has a second one for exceptions.  Threads count too.
	target_compile_options(ark_flags INTERFACE -O0 -g --coverage
		-fprofile-abs-path -fprofile-update=atomic -fno-exceptions)
	target_link_options(ark_flags INTERFACE --coverage)
else()
	target_compile_options(ark_flags INTERFACE
		-U_FORTIFY_SOURCE $<$<NOT:$<CONFIG:Debug>>:-D_FORTIFY_SOURCE=3>)
endif()
