"""CPU time of the article's way to a CV: HTML with the face 32 times in base64, through xhtml2pdf.

    python3 -m venv venv && venv/bin/pip install xhtml2pdf faker
    echo | venv/bin/python benches/peers/article_cv.py face.jpg

Each line of standard input makes one CV; one line of output, in seconds.
"""
import base64
import io
import sys
import time

from faker import Faker
from xhtml2pdf import pisa

ROW = '<div style="text-align: center">' + '<img src="{face}" style="width: 80px"/>' * 8 + "</div>"
PAGE = """<html><body><h1>{name}</h1><hr/>{faces}<h2>Personal data:</h2>
<p>Date of birth: {birth}</p><p>Phone: {phone}</p><p>Email: {email}</p><p>Address: {address}</p>
<hr/><h2>Bio:</h2><p>{bio}</p>{faces}</body></html>"""

fake = Faker()
fake.seed_instance(1)
with open(sys.argv[1], "rb") as file:
    raw = file.read()
for number, _ in enumerate(sys.stdin):
    # A comment of its own in each picture, so that no cache by content helps.
    unique = raw[:2] + b"\xff\xfe\x00\x0c" + b"%010d" % number + raw[2:]
    start = time.process_time()
    face = "data:image/jpeg;base64," + base64.b64encode(unique).decode()
    html = PAGE.format(
        name=fake.name(), birth=fake.date(), phone=fake.phone_number(), email=fake.email(),
        address=fake.address(), bio=fake.text(), faces=ROW.replace("{face}", face) * 2,
    )
    pisa.CreatePDF(html, dest=io.BytesIO())
    print(f"{time.process_time() - start:.9f}", flush=True)
