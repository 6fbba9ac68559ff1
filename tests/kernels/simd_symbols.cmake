# cmake -DNM=... -DOBJECTS=... -P: fails if an object compiled for one instruction set defines an
# inline function that the linker could use for the whole program (kernels/cpu/simd/vec.h).
foreach(object ${OBJECTS})
  execute_process(COMMAND ${NM} -C --defined-only ${object}
    OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX MATCHALL "[^\n]* [WVu] [^\n]*" weak "${symbols}")
  list(FILTER weak EXCLUDE REGEX "DW[.]ref[.]")  # data that exception tables refer to
  foreach(line ${weak})
    message(SEND_ERROR "${object}: ${line}")
  endforeach()
endforeach()
