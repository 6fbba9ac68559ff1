"""Golden values computed with PyTorch, Pillow and f64 arithmetic; make_golden.py runs the parts."""
