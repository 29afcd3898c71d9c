"""scikit-learn's logistic regression (C = 10) on the same vectors and clicks. argv: a JSON file of {vectors, dimensions, labels, draws: [[row]]}. Prints the accuracy of each draw on all other rows."""

import json
import sys
import warnings

import numpy
from sklearn.linear_model import LogisticRegression

warnings.filterwarnings("ignore")
with open(sys.argv[1], encoding="utf-8") as file:
    task = json.load(file)
vectors = numpy.fromfile(task["vectors"], dtype=numpy.float32).reshape(-1, task["dimensions"])
labels = numpy.array(task["labels"])
accuracies = []
for rows in task["draws"]:
    model = LogisticRegression(C=10, max_iter=1000).fit(vectors[rows], labels[rows])
    others = numpy.ones(len(labels), bool)
    others[rows] = False
    accuracies.append(float((model.predict(vectors[others]) == labels[others]).mean()))
print(json.dumps(accuracies))
