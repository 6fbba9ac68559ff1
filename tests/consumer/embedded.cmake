# Builds and runs a project that holds Graft as a subdirectory and sets no build type, which is what
# CMake does when nobody asks for one. The build folder is kept: another run compiles only what
# changed.
# Variables: SOURCE, WORK (scratch), GENERATOR, CXX, LAUNCHER (of the compiler, may be empty),
# OPTIONS (Graft's own, -D...).
include(${CMAKE_CURRENT_LIST_DIR}/step.cmake)

step(${CMAKE_COMMAND} -S ${SOURCE}/tests/consumer/add_subdirectory -B ${WORK} -G ${GENERATOR}
  -DGRAFT_SOURCE=${SOURCE} -DCMAKE_CXX_COMPILER=${CXX} "-DCMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER}"
  -DCMAKE_BUILD_TYPE= ${OPTIONS})
if(NOT step_output MATCHES "graft: CMAKE_BUILD_TYPE is not set")
  message(FATAL_ERROR "no warning that Graft is compiled without optimisation:\n${step_output}")
endif()
cmake_host_system_information(RESULT jobs QUERY NUMBER_OF_LOGICAL_CORES)
step(${CMAKE_COMMAND} --build ${WORK} --parallel ${jobs})
step(${WORK}/consumer ${SOURCE}/tests/golden/pictures/rgb.png ${WORK}/weights.safetensors)
message(STATUS "add_subdirectory: ok")
