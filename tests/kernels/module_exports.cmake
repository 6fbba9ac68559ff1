# The CUDA module shows its one function and nothing else, and the program knows nothing of CUDA.
# Arguments: NM, MODULE, PROGRAM.
execute_process(COMMAND ${NM} -D --defined-only --format=posix ${MODULE}
  OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
if(NOT symbols MATCHES "^graft_backend_init T [^\n]*\n$")
  message(FATAL_ERROR "${MODULE} exports other than graft_backend_init alone:\n${symbols}")
endif()

execute_process(COMMAND ldd ${PROGRAM} OUTPUT_VARIABLE libraries COMMAND_ERROR_IS_FATAL ANY)
if(libraries MATCHES "lib(cuda|cudart|cublas|cublasLt|cudnn|nccl)[^\n]*")
  message(FATAL_ERROR "${PROGRAM} needs ${CMAKE_MATCH_0}")
endif()
