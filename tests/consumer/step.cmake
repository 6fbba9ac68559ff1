# Runs a command; if it fails, shows it and what it printed, and ends the script.
# Sets step_output in the caller.
function(step)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE code OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT code EQUAL 0)
    string(REPLACE ";" " " command "${ARGN}")
    message(FATAL_ERROR "${command}\n${output}")
  endif()
  set(step_output "${output}" PARENT_SCOPE)
endfunction()
