# Finds what the library uses and says what was found. Nothing is vendored and nothing downloaded;
# a missing package is named as Debian names it.

# Stops when something that was asked for is absent.
function(graft_missing what package remedy)
  message(FATAL_ERROR "${what} not found: install the Debian package ${package}${remedy}")
endfunction()

set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)

find_package(nlohmann_json 3.10 QUIET)
if(NOT nlohmann_json_FOUND)
  graft_missing("nlohmann-json" nlohmann-json3-dev "")
endif()

set(GRAFT_WITH_OPENBLAS OFF)
if(NOT GRAFT_BLAS STREQUAL "OFF")
  set(BLA_VENDOR OpenBLAS)
  find_package(BLAS QUIET)
  find_path(CBLAS_INCLUDE_DIR cblas.h PATH_SUFFIXES openblas openblas-pthread)
  mark_as_advanced(CBLAS_INCLUDE_DIR)
  if(BLAS_FOUND AND CBLAS_INCLUDE_DIR)
    set(GRAFT_WITH_OPENBLAS ON)
  elseif(GRAFT_BLAS STREQUAL "ON")
    graft_missing("OpenBLAS with cblas.h" libopenblas-dev ", or configure with -DGRAFT_BLAS=OFF")
  endif()
endif()

set(GRAFT_WITH_ZLIB OFF)
if(NOT GRAFT_ZLIB STREQUAL "OFF")
  find_package(ZLIB QUIET)
  if(ZLIB_FOUND)
    set(GRAFT_WITH_ZLIB ON)
  elseif(GRAFT_ZLIB STREQUAL "ON")
    graft_missing("zlib" zlib1g-dev ", or configure with -DGRAFT_ZLIB=OFF")
  endif()
endif()

# libjpeg and libpng decode when found. stb_image stands in without them; the tests build both.
set(GRAFT_WITH_JPEG_PNG OFF)
set(GRAFT_WITH_STB OFF)
if(NOT GRAFT_IMAGE STREQUAL "STB")
  find_package(JPEG QUIET)
  find_package(PNG QUIET)
  if(JPEG_FOUND AND PNG_FOUND)
    set(GRAFT_WITH_JPEG_PNG ON)
  elseif(GRAFT_IMAGE STREQUAL "LIBJPEG")
    graft_missing("libjpeg and libpng" "libjpeg-dev and libpng-dev"
      ", or configure with -DGRAFT_IMAGE=STB")
  endif()
endif()
if(NOT GRAFT_WITH_JPEG_PNG OR GRAFT_BUILD_TESTS)
  find_path(STB_INCLUDE_DIR stb_image.h PATH_SUFFIXES stb)
  mark_as_advanced(STB_INCLUDE_DIR)
  if(STB_INCLUDE_DIR)
    set(GRAFT_WITH_STB ON)
    file(STRINGS ${STB_INCLUDE_DIR}/stb_image.h stb_first_line LIMIT_COUNT 1)
    string(REGEX MATCH "v([0-9.]+)" stb_match "${stb_first_line}")
    set(GRAFT_STB_VERSION ${CMAKE_MATCH_1})
  elseif(NOT GRAFT_WITH_JPEG_PNG)
    graft_missing("An image decoder" "libjpeg-dev and libpng-dev"
      ", or libstb-dev for the slower stb_image")
  endif()
endif()
if(GRAFT_WITH_STB AND NOT GRAFT_WITH_JPEG_PNG AND GRAFT_STB_VERSION VERSION_LESS 2.28)
  message(WARNING "stb_image ${GRAFT_STB_VERSION} has known memory errors and is the only image "
    "decoder of this build: do not open untrusted pictures with it. "
    "Install libjpeg-dev and libpng-dev instead.")
endif()

# Private dependencies of the library, as links and as definitions its sources may test.
function(graft_link_dependencies target)
  target_link_libraries(${target} PUBLIC Threads::Threads)
  target_link_libraries(${target} PRIVATE ${CMAKE_DL_LIBS})
  target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:nlohmann_json::nlohmann_json>)
  if(GRAFT_WITH_OPENBLAS)
    target_link_libraries(${target} PRIVATE BLAS::BLAS)
    target_include_directories(${target} SYSTEM PRIVATE ${CBLAS_INCLUDE_DIR})
    target_compile_definitions(${target} PRIVATE GRAFT_HAVE_OPENBLAS)
  endif()
  if(GRAFT_WITH_ZLIB)
    target_link_libraries(${target} PRIVATE ZLIB::ZLIB)
    target_compile_definitions(${target} PRIVATE GRAFT_HAVE_ZLIB)
  endif()
  if(GRAFT_WITH_JPEG_PNG)
    target_link_libraries(${target} PRIVATE JPEG::JPEG PNG::PNG)
    target_compile_definitions(${target} PRIVATE GRAFT_HAVE_JPEG_PNG)
  endif()
  if(GRAFT_WITH_STB)
    target_include_directories(${target} SYSTEM PRIVATE ${STB_INCLUDE_DIR})
    target_compile_definitions(${target} PRIVATE GRAFT_HAVE_STB
      GRAFT_STB_VERSION="${GRAFT_STB_VERSION}")
  endif()
endfunction()

message(STATUS "graft: OpenBLAS ${GRAFT_WITH_OPENBLAS}, zlib ${GRAFT_WITH_ZLIB}, "
  "libjpeg+libpng ${GRAFT_WITH_JPEG_PNG}, stb_image ${GRAFT_WITH_STB} ${GRAFT_STB_VERSION}")
