#!/usr/bin/env python3
"""CPU time of Pillow's draft mode: a JPEG at 1/DIVISOR of its sides, from memory to RGB.

usage: pillow_draft.py FILE ROUNDS DIVISOR     (a line of input starts a round, its answer is the seconds of one decode)
"""

import io
import sys
import time

from PIL import Image

data = open(sys.argv[1], "rb").read()
rounds, divisor = int(sys.argv[2]), int(sys.argv[3])


def decode():
    image = Image.open(io.BytesIO(data))
    image.draft("RGB", (image.width // divisor, image.height // divisor))
    image.load()


decode()
for _ in sys.stdin:
    start = time.process_time()
    for _ in range(rounds):
        decode()
    print((time.process_time() - start) / rounds, flush=True)
