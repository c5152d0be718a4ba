"""Links by mail: each publication has a secret address; links mailed to it become entries of its inbox."""
