# Installs a built Graft into a scratch folder and uses it from there: through its CMake package and
# through pkg-config.
# Variables: BUILD (Graft's build folder), SOURCE, WORK (scratch), CXX, CXX_FLAGS, LINK_FLAGS,
# CONFIG, PKG_CONFIG (may be empty).
include(${CMAKE_CURRENT_LIST_DIR}/step.cmake)
file(REMOVE_RECURSE ${WORK})
set(picture ${SOURCE}/tests/golden/pictures/rgb.png)

step(${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/prefix)

step(${CMAKE_COMMAND} -S ${SOURCE}/tests/consumer/find_package -B ${WORK}/package
  -DCMAKE_PREFIX_PATH=${WORK}/prefix -DCMAKE_BUILD_TYPE=${CONFIG} -DCMAKE_CXX_COMPILER=${CXX}
  "-DCMAKE_CXX_FLAGS=${CXX_FLAGS}" "-DCMAKE_EXE_LINKER_FLAGS=${LINK_FLAGS}")
step(${CMAKE_COMMAND} --build ${WORK}/package)
step(${WORK}/package/consumer ${picture} ${WORK}/package/weights.safetensors)
message(STATUS "find_package: ok")

if(PKG_CONFIG)
  file(GLOB_RECURSE pc ${WORK}/prefix/graft.pc)
  get_filename_component(pc_folder ${pc} DIRECTORY)
  execute_process(COMMAND ${CMAKE_COMMAND} -E env PKG_CONFIG_PATH=${pc_folder}
    ${PKG_CONFIG} --cflags --libs graft
    OUTPUT_VARIABLE flags COMMAND_ERROR_IS_FATAL ANY)
  separate_arguments(flags UNIX_COMMAND "${flags} ${CXX_FLAGS} ${LINK_FLAGS}")
  step(${CXX} -std=c++20 ${SOURCE}/tests/consumer/main.cpp -o ${WORK}/pkg-config-consumer ${flags})
  step(${WORK}/pkg-config-consumer ${picture} ${WORK}/weights.safetensors)
  message(STATUS "pkg-config: ok")
endif()
