// In a library that is there when the module is linked and gone when it is opened.
int absent_function() { return 1; }
