# Installs a built Graft into a scratch folder and uses it from there: through its CMake package and
# through pkg-config; and configures a project that holds Graft as a subdirectory.
# Variables: BUILD (Graft's build folder), SOURCE, WORK (scratch), CXX, CXX_FLAGS, LINK_FLAGS,
# CONFIG, PKG_CONFIG (may be empty).
file(REMOVE_RECURSE ${WORK})

function(step)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE code OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT code EQUAL 0)
    string(REPLACE ";" " " command "${ARGN}")
    message(FATAL_ERROR "${command}\n${output}")
  endif()
endfunction()

set(common -DCMAKE_BUILD_TYPE=${CONFIG} -DCMAKE_CXX_COMPILER=${CXX}
  "-DCMAKE_CXX_FLAGS=${CXX_FLAGS}" "-DCMAKE_EXE_LINKER_FLAGS=${LINK_FLAGS}")

step(${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/prefix)

step(${CMAKE_COMMAND} -S ${SOURCE}/tests/consumer/find_package -B ${WORK}/package
  -DCMAKE_PREFIX_PATH=${WORK}/prefix ${common})
step(${CMAKE_COMMAND} --build ${WORK}/package)
step(${WORK}/package/consumer)
message(STATUS "find_package: ok")

if(PKG_CONFIG)
  file(GLOB_RECURSE pc ${WORK}/prefix/graft.pc)
  get_filename_component(pc_folder ${pc} DIRECTORY)
  execute_process(COMMAND ${CMAKE_COMMAND} -E env PKG_CONFIG_PATH=${pc_folder}
    ${PKG_CONFIG} --define-variable=prefix=${WORK}/prefix --cflags --libs graft
    OUTPUT_VARIABLE flags COMMAND_ERROR_IS_FATAL ANY)
  separate_arguments(flags UNIX_COMMAND "${flags} ${CXX_FLAGS} ${LINK_FLAGS}")
  step(${CXX} -std=c++20 ${SOURCE}/tests/consumer/main.cpp -o ${WORK}/pkg-config-consumer ${flags})
  step(${WORK}/pkg-config-consumer)
  message(STATUS "pkg-config: ok")
endif()

step(${CMAKE_COMMAND} -S ${SOURCE}/tests/consumer/add_subdirectory -B ${WORK}/subdirectory
  -DGRAFT_SOURCE=${SOURCE} -DGRAFT_CUDA=OFF ${common})
message(STATUS "add_subdirectory: ok")
