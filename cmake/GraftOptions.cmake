# Every choice a builder has, and the compile rules that all of Graft's own targets share.
# As a subdirectory of another project Graft sets nothing outside its own targets.
include(GNUInstallDirs)

option(GRAFT_BUILD_TOOLS "Build the graft command" ${PROJECT_IS_TOP_LEVEL})
option(GRAFT_BUILD_TESTS "Build the tests" ${PROJECT_IS_TOP_LEVEL})
option(GRAFT_BUILD_BENCHMARKS "Build the benchmarks" ${PROJECT_IS_TOP_LEVEL})
option(GRAFT_INSTALL "Create the install rules" ${PROJECT_IS_TOP_LEVEL})
option(GRAFT_WERROR "Treat warnings as errors" OFF)
option(GRAFT_HARDEN "Compile optimised builds with run-time hardening" ON)

set(GRAFT_DEFAULT_ASSETS ${PROJECT_SOURCE_DIR}/../shared/assets CACHE PATH
  "Test assets (docs/test-assets.md) while the environment's GRAFT_ASSETS names no other folder")

# A choice between fixed words, checked when configuring.
function(graft_choice name default help)
  set(${name} ${default} CACHE STRING "${help}: ${ARGN}")
  set_property(CACHE ${name} PROPERTY STRINGS ${ARGN})
  if(NOT "${${name}}" IN_LIST ARGN)
    message(FATAL_ERROR "${name}=${${name}}: expected one of ${ARGN}")
  endif()
endfunction()

graft_choice(GRAFT_BLAS AUTO "OpenBLAS for dense products" AUTO ON OFF)
graft_choice(GRAFT_IMAGE AUTO "Default image decoder" AUTO LIBJPEG STB)
graft_choice(GRAFT_ZLIB AUTO "Reading of .gz data files" AUTO ON OFF)
graft_choice(GRAFT_CUDA AUTO "CUDA module" AUTO ON OFF)
graft_choice(GRAFT_CUDNN AUTO "Convolutions of the CUDA module by cuDNN" AUTO ON OFF)

if(PROJECT_IS_TOP_LEVEL)
  if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
    set(CMAKE_BUILD_TYPE Release CACHE STRING "Release, Debug or RelWithDebInfo" FORCE)
  endif()
  # -O2, not CMake's -O3: the hot loops are written with vectors, the rest only grows.
  if(CMAKE_CXX_FLAGS_RELEASE STREQUAL "-O3 -DNDEBUG")
    set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")
  endif()
  set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
elseif(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES
    AND NOT "${CMAKE_CXX_FLAGS}" MATCHES "-O[1-3sf]")
  message(WARNING "graft: CMAKE_BUILD_TYPE is not set, so all but the vector kernels is compiled "
    "without optimisation; configure with -DCMAKE_BUILD_TYPE=Release")
endif()

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)

set(GRAFT_HARDEN_FLAGS -fstack-protector-strong -fstack-clash-protection
  -ftrivial-auto-var-init=zero)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|i.86)$")
  list(APPEND GRAFT_HARDEN_FLAGS -fcf-protection=full)
endif()

# Functions that could run at compile time may be called on the device.
set(GRAFT_NVCC_FLAGS --expt-relaxed-constexpr --compress-mode=size -Xcompiler=-Wall,-Wextra)

# Warnings, hardening and language level for one of Graft's own targets.
function(graft_compile_rules target)
  target_compile_features(${target} PUBLIC cxx_std_20)
  set(cuda $<COMPILE_LANGUAGE:CUDA>)
  target_compile_options(${target} PRIVATE
    "$<$<NOT:${cuda}>:-Wall;-Wextra;-Wconversion;-Wshadow>"
    "$<$<AND:$<NOT:${cuda}>,$<BOOL:${GRAFT_WERROR}>>:-Werror>"
    "$<${cuda}:${GRAFT_NVCC_FLAGS}>"
    "$<$<AND:${cuda},$<BOOL:${GRAFT_WERROR}>>:-Werror=all-warnings>")
  set(optimised $<CONFIG:Release,RelWithDebInfo,MinSizeRel>)
  # A program leaves out what it does not call.
  target_compile_options(${target} PRIVATE
    "$<$<AND:${optimised},$<NOT:${cuda}>>:-ffunction-sections;-fdata-sections>")
  target_link_options(${target} PRIVATE $<${optimised}:-Wl,--gc-sections>)
  if(GRAFT_HARDEN)
    set(hardened $<AND:${optimised},$<NOT:${cuda}>>)
    target_compile_definitions(${target} PRIVATE $<${hardened}:_GLIBCXX_ASSERTIONS>)
    # Distributions predefine _FORTIFY_SOURCE at times; a second value would warn.
    target_compile_options(${target} PRIVATE
      "$<${hardened}:-U_FORTIFY_SOURCE;-D_FORTIFY_SOURCE=3;${GRAFT_HARDEN_FLAGS}>")
    target_link_options(${target} PRIVATE
      "$<${optimised}:-Wl,-z,relro,-z,now,-z,noexecstack,-z,separate-code>")
  endif()
endfunction()

# Sources of the library whose time goes to files, not to arithmetic: compiled for size.
function(graft_compile_for_size)
  set_source_files_properties(${ARGN} TARGET_DIRECTORY graft
    PROPERTIES COMPILE_OPTIONS "$<$<CONFIG:Release>:-Os>")
endfunction()

# A program of Graft: position independent, linked with the library.
function(graft_program target)
  graft_compile_rules(${target})
  target_link_libraries(${target} PRIVATE graft::graft)
  set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE ON)
endfunction()

include(CheckPIESupported)
check_pie_supported()
