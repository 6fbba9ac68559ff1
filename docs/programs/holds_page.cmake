# Runs a chapter's program and demands that its page shows what it prints, as a block of its own:
# cmake -DPROGRAM=... -DPAGE=... -P holds_page.cmake
execute_process(COMMAND ${PROGRAM} OUTPUT_VARIABLE printed COMMAND_ERROR_IS_FATAL ANY)
file(READ ${PAGE} page)
string(FIND "${page}" "```\n${printed}```\n" place)
if(printed STREQUAL "" OR place EQUAL -1)
  message(FATAL_ERROR "${PAGE} does not show what the program prints:\n${printed}")
endif()
