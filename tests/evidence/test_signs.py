"""Each kind of sign, in a repository made for it: the system, the line, the use."""

from __future__ import annotations

import json
from typing import Any

import pytest
from scans import Scan, system

from buildbuy.evidence.repo import manifests
from buildbuy.evidence.repo.draft import currents

NOTEBOOK = json.dumps({"cells": [{"cell_type": "markdown", "source": ["import mlflow"]}, {"cell_type": "code", "source": ["!pip install x\n", "import wandb\n", "wandb.init()"]}]}, indent=1)
# file, text, system, line
SIGNS = {
    "requirements": ("requirements.txt", "numpy\n# mlflow\nmlflow[extras]~=2.3 ; python_version > '3'\n", "mlflow", 3),
    "a name spelt otherwise": ("requirements/base.in", "Comet_ML\n", "comet", 1),
    "PEP 621": ("pyproject.toml", '[project]\nname="a"\ndependencies = [\n  "wandb>=0.1",\n]\n', "weights-and-biases", 4),
    "PEP 621 extras": ("pyproject.toml", '[project]\nname="a"\n[project.optional-dependencies]\nx = ["prefect==2"]\n', "prefect", 4),
    "PEP 735": ("pyproject.toml", '[dependency-groups]\ndev = ["dagster", {include-group = "x"}]\n', "dagster", 2),
    "poetry": ("pyproject.toml", '[tool.poetry.group.x.dependencies]\nevidently = {version = "^1", extras = ["a"]}\n', "evidently", 2),
    "an extra that names the system": ("requirements.txt", "ray[serve]==2\n", "ray-serve", 1),
    "setup.cfg": ("setup.cfg", "[options]\ninstall_requires =\n    numpy\n    feast>=0.3\n", "feast", 4),
    "setup.py": ("setup.py", "from setuptools import setup\nREQ = ['bentoml']\nsetup(name='x', install_requires=REQ + ['a'])\n", "bentoml", 2),
    "Pipfile": ("Pipfile", '[packages]\n"clearml" = "*"\n', "clearml", 2),
    "conda": ("environment.yml", "name: x\ndependencies:\n  - python=3.11\n  - pip:\n      - tecton==1.0\n", "tecton", 5),
    "npm": ("package.json", '{"dependencies": {\n "@temporalio/client": "1"}}\n', "temporal", 2),
    "Dockerfile": ("Dockerfile", "# x\nFROM nvcr.io/nvidia/tritonserver:24.08-py3 AS base\n", "triton", 2),
    "compose": ("docker-compose.yml", "services:\n  t:\n    image: docker.io/apache/airflow:2.7\n", "airflow", 3),
    "Kubernetes": ("deploy/x.yaml", "apiVersion: serving.kserve.io/v1\nkind: InferenceService\n", "kserve", 2),
    "Helm": ("Chart.yaml", "name: a\ndependencies:\n  - name: mlflow\n    version: 1\n", "mlflow", 3),
    "a chart in Terraform": ("main.tf", 'resource "helm_release" "x" {\n  chart = "kube-prometheus-stack"\n}\n', "prometheus-grafana", 2),
    "a chart of Argo CD": ("app.yaml", "kind: Application\nspec:\n  source:\n    chart: kserve-crd\n", "kserve", 4),
    "an add-on that Terraform switches on": ("main.tf", "module x {\n  enable_argo_workflows = true\n}\n", "argo-workflows", 2),
    "Terraform": ("infra/main.tf", 'resource "aws_sagemaker_endpoint" "x" {\n}\n', "sagemaker-endpoints", 1),
    "a variable's name": (".env", "WANDB_API_KEY=abc123\n", "weights-and-biases", 1),
    "GitHub Actions": (".github/workflows/a.yml", "env:\n  PREFECT_API_URL: ${{ secrets.X }}\n", "prefect", 2),
    "a config file": ("feature_store.yaml", "project: x\n", "feast", 1),
    "import": ("a.py", "import os\nimport wandb as w\n", "weights-and-biases", 2),
    "from, as": ("a.py", "from ray import serve as s\n", "ray-serve", 1),
    "a namespace package": ("a.py", "from google.cloud import aiplatform\n\naiplatform.Endpoint('x')\n", "vertex-ai-endpoints", 1),
    "what a job gives": ("a.py", "from google.cloud import aiplatform\njob = aiplatform.CustomTrainingJob('x')\nmodel = job.run()\nmodel.deploy()\n", "vertex-ai-endpoints", 4),
    "what R calls of Python": ("a.R", "vertex <- import('google.cloud.aiplatform')\n\nendpoint <- vertex$Endpoint$create('x')\n", "vertex-ai-endpoints", 3),
    "a notebook in R": ("a.ipynb", json.dumps({"cells": [{"cell_type": "code", "source": ["library(plumber)\n", 'm <- import("mlflow")\n']}], "metadata": {"kernelspec": {"language": "R", "name": "ir"}}}, indent=1), "mlflow", 7),
    "an attribute chain": ("a.py", "import ray\n\nray.serve.run(1)\n", "ray-serve", 3),
    "a client of boto3": ("a.py", "import boto3\nc = boto3.client('sagemaker-featurestore-runtime')\n", "sagemaker-feature-store", 2),
    "an import inside a function": ("a.py", "def f():\n    import prefect\n", "prefect", 2),
    "a notebook": ("a.ipynb", NOTEBOOK, "weights-and-biases", 13),
    "Python 2": ("a.py", "print 'x'\nimport mlflow\n", "mlflow", 2),
    "conda under another name": ("ci_dependencies.yml", "name: x\nchannels: [a]\ndependencies:\n  - python=3.7\n  - pip:\n      - mlflow==1\n", "mlflow", 6),
    "sbt": ("build.sbt", '// "x" % "y" % "1"\nlibraryDependencies += "org.mlflow" %% "mlflow-spark" % "2"\n', "mlflow", 2),
    "Gradle's catalog": ("gradle/libs.versions.toml", '[libraries]\na = { module = "org.mlflow:mlflow-client", version = "1" }\n', "mlflow", 2),
    "Bazel": ("WORKSPACE", 'maven_install(artifacts = [\n "org.mlflow:mlflow-client:2.0",\n])\n', "mlflow", 2),
    "pixi": ("pixi.toml", '[feature.train.pypi-dependencies]\nwandb = "*"\n', "weights-and-biases", 2),
    "tox": ("tox.ini", "[testenv]\ndeps =\n    -r x.txt\n    py311: evidently>=0.4\n", "evidently", 4),
    "a conda recipe": ("meta.yaml", "package:\n  name: {{ name }}\nrequirements:\n  run:\n    - prefect >=2\n", "prefect", 5),
    "a template": ("requirements.txt.tmpl", "mlflow=={{ .version }}\n", "mlflow", 1),
    "an install in a Dockerfile": ("train.Dockerfile", "FROM x\nRUN A=1 pip install --no-cache-dir \\\n    # a note\n    numpy \\\n    'mlflow>=2,<3' && rm -r y\n", "mlflow", 5),
    "an install in CI": (".github/workflows/a.yml", "      - run: |\n          python -m pip install -U outerbounds && \\\n          other\n", "outerbounds", 2),
    "an install in a notebook": ("a.ipynb", json.dumps({"cells": [{"cell_type": "code", "source": ["!pip install -q wandb\n"]}]}, indent=1), "weights-and-biases", 6),
    "an install from git": ("Dockerfile", "RUN pip install git+https://github.com/x/vllm.git@b#egg=vllm[a]\n", "vllm", 1),
    "packages of a component": ("a.py", "from kfp import dsl\n\n@dsl.component(packages_to_install=['evidently==1'])\ndef f(): ...\n", "evidently", 3),
    "a client of a session": ("a.py", "c = s.boto_session.client(service_name='sagemaker-featurestore-runtime')\n", "sagemaker-feature-store", 1),
    "what a client is asked": ("a.py", "import boto3\nc = boto3.client('sagemaker')\nc.create_training_job()\n", "sagemaker-training", 3),
    "what an estimator is asked": ("a.py", "from sagemaker.estimator import Estimator\ne = Estimator()\ne.deploy()\n", "sagemaker-endpoints", 3),
    "the SDK beside its API": ("a.py", "import sagemaker\ns = sagemaker.Session()\nsagemaker.estimator.Estimator()\n", "sagemaker-training", 1),
    "a template of Python": ("a.py.tmpl", "{{ if x }}\nfrom prefect import (\n    flow,\n    task as t,\n)\n{{ end }}\n", "prefect", 4),
    "Go": ("a.go", 'package a\n\nimport (\n\tv1 "github.com/kserve/kserve/pkg/apis/serving/v1beta1"\n)\n', "kserve", 4),
    "R": ("a.Rmd", "text\n# library(plumber)\nlibrary(mlflow)\n", "mlflow", 3),
    "R, by its package's name": ("a.R", "x <- 1\npr <- plumber::plumb('a.R')\n", "fastapi-container", 2),
    "R's lock file": ("renv.lock", '{"Packages": {\n "mlflow": {}}}', "mlflow", 2),
    "what only one system understands": ("train.sh", "#!/bin/bash\n#SBATCH --gpus=8\n", "slurm", 2),
    "a call that names where it goes": ("a.py", "import mlflow\n\nmlflow.set_tracking_uri('databricks')\n", "databricks-managed-mlflow", 3),
    "a server that a container starts": ("compose.yml", "services:\n  t:\n    image: own\n    command: mlflow server --host 0.0.0.0\n", "mlflow", 4),
    "a script's own requirements": ("a.py", '# /// script\n# dependencies = [\n#     "numpy",\n#     "wandb>=1",\n# ]\n# ///\nprint(1)\n', "weights-and-biases", 4),
    "extras by dict()": ("setup.py", "from setuptools import setup\nE = dict(dev=['x'], ml=['mlflow'])\nE['all'] = ['wandb']\nsetup(name='a', extras_require=E)\n", "mlflow", 2),
    "extras added later": ("setup.py", "from setuptools import setup\nE = dict(dev=['x'], ml=['mlflow'])\nE['all'] = ['wandb']\nsetup(name='a', extras_require=E)\n", "weights-and-biases", 3),
    "Gradle, with Scala's version in a variable": ("build.gradle", 'implementation "org.mlflow:mlflow-spark_$ver.scala:2.0"\n', "mlflow", 1),
    "Ray's placement of its workers": ("a.py", "import ray\nfrom ray.util.placement_group import placement_group\n", "ray-train", 2),
    "a client by its older name": ("a.py", "import boto3\nc = boto3.client('runtime.sagemaker')\n", "sagemaker-endpoints", 2),
    "a job of Azure ML": ("job.yml", "$schema: https://azuremlschemas.azureedge.net/latest/pipelineJob.schema.json\ntype: pipeline\n", "azure-gpu", 1),
    "a monitor in a bundle of Databricks": ("resources/m.yml", "resources:\n  quality_monitors:\n    m:\n", "databricks-data-profiling", 2),
    "a service of Anyscale": ("service.yaml", "name: x\nray_serve_config:\n  import_path: a:b\n", "anyscale-services", 2),
    "a variable in JSON": ("task.json", '{"environment": [{"name": "WANDB_API_KEY"}]}', "weights-and-biases", 1),
    "a variable of a command in JSON": ("task.json", '{"command": "export WANDB_MODE=offline && python a.py"}', "weights-and-biases", 1),
    "tracing by a tracker's vendor": ("a.py", "import weave\nweave.init('x')\n", "weights-and-biases", 1),
    "another library's class for it": ("a.py", "import os\nfrom pytorch_lightning.loggers import WandbLogger\nWandbLogger(project='x')\n", "weights-and-biases", 2),
    "another library's class, by its module": ("a.py", "import lightning.pytorch as pl\n\npl.loggers.MLFlowLogger()\n", "mlflow", 3),
    "a class that Hydra makes": ("conf/logger.yaml", "logger:\n  _target_: lightning.pytorch.loggers.neptune.NeptuneLogger\n", "neptune", 2),
    "a function that Hydra calls": ("conf/run.yaml", "- class_path: wandb.init\n", "weights-and-biases", 1),
    "a trainer's setting in code": ("a.py", "a = TrainingArguments(\n    report_to='wandb',\n)\n", "weights-and-biases", 2),
    "a trainer's setting on a command line": ("a.sh", "accelerate launch a.py \\\n  --report_to comet_ml\n", "comet", 2),
    "a trainer's setting in YAML": ("a.yaml", "lr: 1\nreport_to: [mlflow]\n", "mlflow", 2),
    "a launcher in a configuration": ("a.yml", '{\n   "launcher": "slurm",\n}\n', "slurm", 2),
    "an accelerator of Google Cloud in Terraform": ("main.tf", 'locals {\n  accelerator_type   = "nvidia-l4"\n}\n', "gcp-gpu", 2),
    "an image under a key of its own": ("values.yaml", "images:\n  board: grafana/grafana:11.4.0\n", "prometheus-grafana", 2),
    "a template that doesn't say of what": ("specs/run.tmpl", "{% raw %}\napiVersion: argoproj.io/v1alpha1\nkind: WorkflowTemplate\n", "argo-workflows", 3),
    "a trainer's setting in a list": ("a.yaml", "report_to:\n- tensorboard\n- wandb\nlr: 1\n", "weights-and-biases", 3),
    "an integration of another library": ("a.py", "from zenml.integrations.evidently.steps import evidently_report_step\n", "evidently", 1),
    "a plugin of another library": ("a.py", "from flytekitplugins.slurm import SlurmTask\n", "slurm", 1),
    "a command of another library that runs on Ray": ("project.yml", "script:\n  - 'python -m spacy ray train a.cfg'\n", "ray-train", 2),
    "an operator of Airflow": ("a.py", "from airflow.providers.amazon.aws.operators.sagemaker import SageMakerTrainingOperator as T\nT(task_id='x')\n", "sagemaker-training", 1),
    "a table of requirements that setup.py looks up": ("setup.py", "from setuptools import setup\n_deps = ['x',\n 'wandb>=1']\ndeps = {d.split('>')[0]: d for d in _deps}\ninstall = [deps['wandb']]\nsetup(name='a', install_requires=list(install))\n", "weights-and-biases", 3),
    "a rule of Prometheus": ("k8s/a.yaml", "apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\n", "prometheus-grafana", 2),
    "a server that another one starts": ("a.sh", "mlflow models serve -m x --enable-mlserver\n", "mlserver", 1),
    "an endpoint on Modal": ("a.py", "import modal\n\n@modal.asgi_app()\ndef f(): ...\n", "modal-endpoints", 3),
    "TypeScript": ("a.ts", 'import { Client } from "@temporalio/client";\n', "temporal", 1),
    "a part of a platform that is switched on": ("dsc.yaml", "kind: DataScienceCluster\nspec:\n  components:\n    ray:\n      managementState: Removed\n    kserve:\n      nim:\n        managementState: Removed\n      managementState: Managed\n", "kserve", 6),
    "a model that a bundle registers": ("resources/m.yml", "resources:\n  registered_models:\n    m:\n", "databricks-managed-mlflow", 2),
    "a rule with a schedule": ("main.tf", 'resource "aws_cloudwatch_event_rule" "x" {\n  name = "a"\n  schedule_expression = "rate(1 day)"\n}\n', "cron", 1),
    "a chart of Ansible": ("roles/x/defaults/main.yml", "a: 1\nmonitoring_chart_ref: prometheus-community/kube-prometheus-stack\n", "prometheus-grafana", 2),
    "a chart in a registry": ("main.tf", 'resource "helm_release" "x" {\n  chart = "oci://ghcr.io/slinkyproject/charts/slurm"\n}\n', "slurm", 2),
    "a chart of Kustomize": ("kustomization.yaml", "helmCharts:\n  - name: mlflow\n    repo: x\n", "mlflow", 2),
    "a chart that Pulumi installs": ("index.ts", 'new k8s.helm.v3.Chart("x", {\n  chart: "kube-prometheus-stack",\n});\n', "prometheus-grafana", 2),
    "an image that is a variable's default": ("variables.tf", 'variable "x" {\n  default = "nvcr.io/nvidia/tritonserver:24.08-py3"\n}\n', "triton", 2),
    "an image under a longer key": ("group_vars/all.yml", "server_image: docker.io/apache/airflow:2.7\n", "airflow", 1),
    "an image that a command runs": ("run.sh", "docker run --gpus all \\\n  -p 1:1 vllm/vllm-openai:v0.5 --model x\n", "vllm", 2),
    "an image that Kustomize renames": ("kustomization.yaml", "images:\n  - name: gcr.io/ml-pipeline/api-server\n    newTag: 2\n", "kubeflow-pipelines", 2),
    "a command as a list": ("Dockerfile", 'FROM x\nCMD ["mlflow", "server", "--host", "0.0.0.0"]\n', "mlflow", 2),
    "a command at the end of a line": ("compose.yml", "services:\n  a:\n    command: >\n      mlflow server\n      --host 0.0.0.0\n", "mlflow", 4),
    "where runs go, in CI": (".github/workflows/a.yml", "env:\n  MLFLOW_TRACKING_URI: databricks\n", "databricks-managed-mlflow", 2),
    "a client of a function of one's own": ("a.py", "from b import get_client\nc = get_client('sagemaker-runtime')\n", "sagemaker-endpoints", 2),
    "an image in code": ("a.py", 'K8S = dict(\n    image="vllm/vllm-openai:v0.5",\n)\n', "vllm", 2),
    "Terraform's template": ("deploy/vllm.tftpl", 'spec:\n  image: "vllm/vllm-openai:v0.5.5"\n', "vllm", 2),
    "a kind in a text of Python": ("a.py", 'M = """\n{\n "apiVersion": "machinelearning.seldon.io/v1",\n "kind": "SeldonDeployment"\n}\n"""\n', "seldon-core", 4),
    "a kind in a script": ("a.sh", "kubectl apply -f - <<EOF\napiVersion: ray.io/v1\nkind: RayCluster\nEOF\n", "ray-train", 3),
    "a kind in Go": ("a.go", 'x := Meta{APIVersion: "serving.kserve.io/v1beta1",\n\tKind: "InferenceService"}\n', "kserve", 2),
    "CloudFormation": ("t.yaml", "Resources:\n  E:\n    Type: AWS::SageMaker::Endpoint\n", "sagemaker-endpoints", 3),
    "AWS CDK in TypeScript": ("a.ts", "import * as sm from 'aws-cdk-lib/aws-sagemaker';\n\nconst s = new sm.CfnMonitoringSchedule(this, 'x', {});\n", "sagemaker-model-monitor", 3),
    "AWS CDK in Python": ("a.py", "from aws_cdk import aws_sagemaker as sm\n\nsm.CfnEndpoint(None, 'x')\n", "sagemaker-endpoints", 3),
    "AWS CDK in Java": ("A.java", "import software.amazon.awscdk.services.sagemaker.CfnFeatureGroup;\n", "sagemaker-feature-store", 1),
    "Terraform's other provider for AWS": ("main.tf", 'resource "awscc_sagemaker_feature_group" "x" {\n', "sagemaker-feature-store", 1),
    "Kubernetes' manifests by address": ("a.yml", "  shell: |\n    kubectl apply -k https://github.com/kubeflow/pipelines/manifests/kustomize/env/x\n", "kubeflow-pipelines", 2),
    "a TPU that a pod asks for": ("a.yaml", "limits:\n  google.com/tpu: 4\n", "gcp-gpu", 2),
    "AWS's SDK for JavaScript": ("a.ts", 'import { InvokeEndpointCommand } from "@aws-sdk/client-sagemaker-runtime";\n', "sagemaker-endpoints", 1),
    "a request of AWS's older SDK for JavaScript": ("a.js", "const sm = new aws.SageMaker();\n\nsm.createTrainingJob(args).promise();\n", "sagemaker-training", 3),
    "a client of AWS's older SDK for JavaScript": ("a.js", "const sm = new AWS.SageMakerRuntime();\n", "sagemaker-endpoints", 1),
    "a command of AWS's SDK for JavaScript": ("a.ts", 'import { SageMakerClient, CreateFeatureGroupCommand } from "@aws-sdk/client-sagemaker";\nawait c.send(new CreateFeatureGroupCommand({}));\n', "sagemaker-feature-store", 2),
    "a request of AWS's SDK for Java": ("A.java", "import software.amazon.awssdk.services.sagemaker.SageMakerClient;\nclient.createEndpoint(request);\n", "sagemaker-endpoints", 2),
    "AWS's SDK for Java": ("A.java", "import software.amazon.awssdk.services.sagemakerruntime.SageMakerRuntimeClient;\n", "sagemaker-endpoints", 1),
    "AWS's SDK for Go": ("a.go", 'import (\n\t"github.com/aws/aws-sdk-go-v2/service/sagemakerruntime"\n)\n', "sagemaker-endpoints", 2),
    "Python's package in R": ("a.R", 'mlf <- reticulate::import("mlflow")\n', "mlflow", 1),
    "an install in a script written out from a notebook": ("a.py", "get_ipython().system('pip install wandb --user')\n", "weights-and-biases", 1),
    "a cell whose output is kept back": ("a.ipynb", json.dumps({"cells": [{"cell_type": "code", "source": ["%%capture\n", "!pip install x\n", "import wandb\n"]}]}, indent=1), "weights-and-biases", 8),
    "a machine with GPUs of AWS": ("main.tf", 'module x {\n  instance_types = ["g5.2xlarge"]\n}\n', "aws-ec2-gpu", 2),
    "a machine with GPUs that is a variable's default": ("variables.tf", 'variable "gpu_instance_types" {\n  type = list(string)\n  default = ["g4dn.xlarge"]\n}\n', "aws-ec2-gpu", 3),
    "a machine with GPUs in a list": ("nodes.yaml", "nodes:\n  instance_types:\n    - p4d.24xlarge\n", "aws-ec2-gpu", 3),
    "a machine with GPUs in CloudFormation": ("t.json", '{"Properties": {\n  "InstanceType": "p3.2xlarge"}}\n', "aws-ec2-gpu", 2),
    "a machine with GPUs in AWS CDK": ("a.ts", "import { InstanceClass } from 'aws-cdk-lib/aws-ec2';\nInstanceType.of(InstanceClass.G4DN, InstanceSize.XLARGE);\n", "aws-ec2-gpu", 2),
    "a machine with GPUs that a command asks for": ("a.sh", "eksctl create cluster \\\n  --node-type g6e.4xlarge\n", "aws-ec2-gpu", 2),
    "a machine with GPUs of Azure": ("main.tf", 'resource "x" "y" {\n  vm_size = "standard_nc4as_t4_v3"\n}\n', "azure-gpu", 2),
    "a machine with GPUs as a variable's default in a script": ("a.sh", 'GPU_VM_SIZE="${GPU_VM_SIZE:-Standard_ND96asr_v4}"\n', "azure-gpu", 1),
    "a resource of a provider's own": ("main.tf", 'resource "nebius_mk8s_v1_cluster" "x" {\n}\n', "nebius", 1),
    "a step of Step Functions": ("machine.asl.json", '{"Resource": "arn:aws:states:::sagemaker:createTrainingJob.sync"}\n', "sagemaker-training", 1),
    "a step of Step Functions in AWS CDK": ("a.py", "from aws_cdk import aws_stepfunctions_tasks as t\n\nt.SageMakerCreateEndpoint(None, 'x')\n", "sagemaker-endpoints", 3),
    "a construct over others": ("a.ts", "const e = new JumpStartSageMakerEndpoint(this, 'x', {});\n", "sagemaker-endpoints", 1),
    "a platform that CI signs in to": (".circleci/config.yml", "    - run: poetry run outerbounds service-principal-configure \\\n", "outerbounds", 1),
    "a module of AWS's own for Airflow": ("mwaa.yaml", "name: mwaa\npath: git::https://github.com/awslabs/idf-modules.git//modules/orchestration/mwaa?ref=release/1.13.0&depth=1\n", "amazon-mwaa", 2),
    "a cluster by its vendor's command": ("a.sh", "together beta clusters create --name x\n", "together-gpu-clusters", 1),
    "Maven, with a group in a property": ("pom.xml", "<properties>\n <q.group-id>io.quarkus</q.group-id>\n</properties>\n<dependency>\n <groupId>${q.group-id}</groupId>\n <artifactId>quarkus-micrometer-registry-prometheus</artifactId>\n</dependency>\n", "prometheus-grafana", 6),
    "nodes with GPUs that Karpenter is asked for": ("values-eks.yaml", 'nodeSelector:\n  karpenter.k8s.aws/instance-gpu-name: "l4"\n', "aws-ec2-gpu", 2),
    "a charm of Juju": ("bundle.yaml", "applications:\n  kfp-api:\n    charm: kfp-api\n", "kubeflow-pipelines", 3),
    "a task of SkyPilot": ("job.yaml", "resources:\n  infra: k8s\n  accelerators: H100:8\nrun: x\n", "skypilot", 3),
    "a cloud's own Prometheus": ("main.tf", 'resource "aws_prometheus_workspace" "x" {\n}\n', "prometheus-grafana", 1),
    "a gem of Ruby": ("Gemfile", 'gem "rails"\ngem "prometheus_exporter"\n', "prometheus-grafana", 2),
    "packages of an image that Cog builds": ("cog.yaml", 'build:\n  gpu: true\n  python_packages:\n    - "numpy<2"\n\n    - "wandb==0.1"\n  run:\n    - mlflow\n', "weights-and-biases", 6),
    "packages of a service that BentoML packs": ("bentofile.yaml", "service: a\npython:\n  packages:\n  - mlflow>=2\n", "mlflow", 4),
    "a command that pushes an image to a vendor": ("push.sh", "cog push r8.im/a/b\n", "replicate", 1),
    "a setting of Airflow as a variable": ("ecs.tf", '  "name" = "AIRFLOW__AWS_ECS_EXECUTOR__CLUSTER",\n', "airflow", 1),
    "a vendor's charts by their address": ("main.tf", 'resource "helm_release" "x" {\n  chart = "operator"\n  repository = "https://charts.wandb.ai"\n}\n', "weights-and-biases", 3),
    "alerts in Pulumi": ("__main__.py", "import pulumiverse_grafana as grafana\n", "prometheus-grafana", 1),
    "a crate of Rust": ("Cargo.toml", '[dependencies]\nmetrics-exporter-prometheus = { workspace = true }\n', "prometheus-grafana", 2),
    "a cell that is written to a file": ("a.ipynb", json.dumps({"cells": [{"cell_type": "code", "source": ["%%writefile src/train.py\n", "import wandb\n"]}]}, indent=1), "weights-and-biases", 7),
}


@pytest.mark.parametrize("name", SIGNS)
def test_a_sign_is_found_where_it_stands(name: str, scanned: Scan) -> None:
    file, text, wanted, line = SIGNS[name]
    found = system(scanned({file: text}), wanted)
    assert found is not None
    assert f"{file}:{line}" in found["at"]


@pytest.mark.parametrize(
    ("file", "text", "line"),
    [
        ("yarn.lock", '# yarn\n\n"@a/b@^1.0", "@a/b@^2":\n  version "1"\n', 3),
        ("yarn.lock", '__metadata:\n  version: 6\n"@a/b@npm:^1.0":\n  version: 1\n', 3),
        ("pnpm-lock.yaml", "lockfileVersion: 6\npackages:\n\n  /@a/b@1.0.0(c@1):\n    dev: true\n", 4),
        ("pnpm-lock.yaml", "lockfileVersion: 9\npackages:\n  '@a/b@1.0.0':\n    dev: true\nsnapshots:\n  '@a/b@1.0.0': {}\n", 3),
    ],
)
def test_lock_files_of_npm(file: str, text: str, line: int) -> None:
    assert [(r.name, r.line, r.locked, r.ecosystem) for r in manifests.read(file, text)] == [("@a/b", line, True, "npm")]


def test_packages_of_r() -> None:
    found = manifests.read("DESCRIPTION", "Package: x\nDepends:\n    R (>= 4.1)\nImports:\n    cli,\n    pins (>= 1.3.0)\nTitle: a, b\n")
    assert [(r.name, r.line, r.ecosystem) for r in found] == [("cli", 5, "cran"), ("pins", 6, "cran")]
    assert [r.name for r in manifests.read("renv.lock", '{"Packages": {"R6": {}, "cli": {}}}')] == ["r6", "cli"]


@pytest.mark.parametrize("text", ["Install it:\\n pip install wandb\\n", "What is `WANDB_API_KEY` for?", "```bash\\n#SBATCH --gpus=8\\n```", 'os.environ.get(\\"WANDB_API_KEY\\")'])
def test_texts_kept_in_json_show_nothing(text: str, scanned: Scan) -> None:
    assert scanned({"answers.json": '[{"answer":\n "' + text + '"}]'})["components"] == {}


QUIET = {
    "a part of a platform that is switched off": ("dsc.yaml", "spec:\n  kserve:\n    managementState: Removed\n  kueue:\n    managementState: Managed\n"),
    "a rule that answers to an event": ("main.tf", 'resource "aws_cloudwatch_event_rule" "x" {\n  event_pattern = "y"\n}\nresource "z" "a" {\n  schedule_expression = "rate(1 day)"\n}\n'),
    "a kind that is no manifest": ("a.ts", 'const node = { kind: "Workflow" };\n'),
    "another service of the same SDK": ("A.java", "import software.amazon.awssdk.services.s3.S3Client;\n"),
    "a construct of another service": ("a.ts", "import * as ec2 from 'aws-cdk-lib/aws-ec2';\nnew ec2.CfnEndpoint(this);\n"),
    "types of a web framework": ("a.py", "from starlette.requests import Request\nimport torch\n"),
    "machines of CloudFormation's stack sets": ("a.py", "import boto3\n\n\ndef create_stack_instances():\n    pass\n\n\ndef wait_for_job_status():\n    pass\n\n\ndef put_job_success():\n    pass\n" + "\n" * 30),
    "a request of the same name elsewhere": ("a.js", "registry.createEndpoint(x);\n"),
    "a schema of SageMaker's resources": ("crd.yaml", "kind: CustomResourceDefinition\nproperties:\n  serverlessConfig:\n    description: The ServerlessConfig of an endpoint.\n"),
    "pipelines of Vertex AI alone": ("a.py", "from google.cloud import aiplatform\naiplatform.PipelineJob().submit()\n"),
    "documentation of TPUs": ("a.py", '"""See https://cloud.google.com/tpu/docs."""\n'),
    "a machine without GPUs": ("main.tf", 'x {\n  instance_types = ["m5.large"]\n}\n'),
    "a machine of SageMaker": ("a.py", 'x(instance_type="ml.g5.2xlarge")\n'),
    "a node of Databricks": ("job.yml", "new_cluster:\n  node_type_id: g5.2xlarge\n"),
    "a machine that is only talked about": ("main.tf", 'x {\n  instance_types = var.types # "g4dn.xlarge" by default\n}\n'),
    "a key to a vendor's models": (".env", "TOGETHER_API_KEY=x\n"),
    "a driver for GPUs on Kubernetes, whoever's they are": ("a.sh", "helm install gpu-operator nvidia/gpu-operator\n"),
    "a permission to train": ("policy.json", '{"Action": ["sagemaker:CreateTrainingJob"]}\n'),
    "a chart that anybody's may be called": ("main.tf", 'resource "helm_release" "x" {\n  chart = "operator"\n}\n'),
    "a chip of AWS that is no GPU": ("main.tf", 'x {\n  instance_type = "inf2.xlarge"\n}\n'),
    "a crate that another one asks for": ("Cargo.lock", '[[package]]\nname = "metrics-exporter-prometheus"\n'),
    "prose and output of a notebook": ("a.ipynb", json.dumps({"cells": [{"cell_type": "markdown", "source": ["mlflow server --port 1\n", "apiVersion: v1\n", "kind: CronJob\n"]}, {"cell_type": "code", "source": ["1\n"], "outputs": [{"text": ["sky launch x\n"]}]}]}, indent=1)),
}


@pytest.mark.parametrize("name", QUIET)
def test_what_only_looks_like_a_sign_shows_nothing(name: str, scanned: Scan) -> None:
    file, text = QUIET[name]
    assert scanned({file: text})["components"] == {}


def test_a_chart_that_several_vendors_have_is_the_plainest_ones(scanned: Scan) -> None:
    result = scanned({"main.tf": 'resource "helm_release" "x" {\n  chart = "airflow"\n  repository = "https://airflow.apache.org/"\n}\n'})
    assert [s["system"] for s in result["components"]["data-pipeline"]["systems"]] == ["airflow"]


def test_a_handler_that_asks_for_a_prediction_is_part_of_a_model_server(scanned: Scan) -> None:
    handler = "import tornado.web\n\n\nclass Handler(tornado.web.RequestHandler):\n    def initialize(self, model):\n        self.model = model\n\n    def post(self):\n        self.write(self.model.{0}(self.request.body))\n\n    def load_batch(self):\n        pass\n\n    def health(self):\n        pass\n"
    for asked, found in (("predict", 1), ("lookup", 0)):
        assert len(scanned({"server/handler.py": handler.format(asked) + "\n" * 20})["components"].get("model-serving", {}).get("home_grown", [])) == found


def test_a_web_framework_that_is_declared_alone_serves_nothing(scanned: Scan) -> None:
    result = scanned({"requirements.txt": "flask\n", "a.py": "import torch\ntorch.load('x')\n"})
    assert result["components"] == {}
    assert [d["name"] for d in result["declared"]] == ["flask"]
    assert system(scanned({"requirements.txt": "gunicorn\n"}), "fastapi-container") is not None


def test_what_reads_times_of_a_crontab_is_no_scheduler(scanned: Scan) -> None:
    assert scanned({"requirements.txt": "croniter\n"})["components"] == {}
    assert system(scanned({"a.py": "import croniter\n"}), "cron") is not None


def test_a_job_on_modal_is_no_endpoint_and_an_endpoint_no_training(scanned: Scan) -> None:
    app = "import modal\napp = modal.App('x')\n"
    assert list(scanned({"a.py": app + "@app.function(gpu='A10G')\ndef train(): ...\n"})["components"]) == ["training-compute"]
    assert list(scanned({"a.py": app + "@app.function()\n@modal.asgi_app()\ndef serve(): ...\n"})["components"]) == ["model-serving"]


def test_an_image_of_ray_is_of_the_job_that_it_runs_in(scanned: Scan) -> None:
    assert list(scanned({"a.yaml": "kind: RayJob\nspec:\n  image: rayproject/ray:2\n"})["components"]) == ["training-compute"]


@pytest.mark.parametrize("text", ['variable "enable_mlflow_tracking" {\n}\n', 'x = "enable_mlflow_tracking_for_all"\n'])
def test_an_add_on_that_could_be_switched_on_is_none(text: str, scanned: Scan) -> None:
    assert scanned({"a.tf": text})["components"] == {}


def test_constraints_require_nothing(scanned: Scan) -> None:
    assert system(scanned({"constraints.txt": "mlflow==2\n", "requirements.txt": "-c constraints.txt\nnumpy\n"}), "mlflow") is None


def test_what_pip_compile_wrote_declares_and_shows_nothing_alone(scanned: Scan) -> None:
    result = scanned({"requirements.txt": "# This file was autogenerated by uv via the following command:\nmlflow==2\n"})
    assert [d["name"] for d in result["declared"]] == ["mlflow"]
    assert result["components"] == {}


FROZEN = "certifi==1\nidna==2\nsix==1\nurllib3==2\nprometheus-client==0.2\n"


def test_a_list_of_a_whole_environment_declares_and_shows_nothing_alone(scanned: Scan) -> None:
    result = scanned({"requirements.txt": FROZEN})
    assert "prometheus-client" in {d["name"] for d in result["declared"]}
    assert result["components"] == {}
    found = system(scanned({"requirements.txt": FROZEN, "a.py": "import prometheus_client\n"}), "prometheus-grafana")
    assert found is not None and "requirements.txt:5" in found["at"]


@pytest.mark.parametrize("line", ["# mlflow server --host x", "x=1 # then mlflow server -p 1", "DATABRICKS_HOST=a"])
def test_what_is_no_statement(line: str, scanned: Scan) -> None:
    assert system(scanned({"a.sh": line + "\n"}), "mlflow") is None
    assert system(scanned({"a.sh": line + "\n"}), "databricks-managed-mlflow") is None


@pytest.mark.parametrize(
    ("address", "found"),
    [("https://flows.example.org/api", "prefect"), ("https://api.prefect.cloud/api/accounts/x", "prefect-cloud"), ("${{ secrets.URL }}", "prefect-cloud"), ("http://prefect:4200/api", "prefect-cloud")],
)
def test_a_key_is_its_makers_unless_the_server_is_somebody_elses(address: str, found: str, scanned: Scan) -> None:
    """A server beside one in a compose file or on the own machine is for trying things out, and tells nothing."""
    result = scanned({"a.py": "from prefect import flow\n", ".github/workflows/a.yml": f"env:\n  PREFECT_API_KEY: ${{{{ secrets.KEY }}}}\n  PREFECT_API_URL: {address}\n"})
    assert [s["system"] for s in result["components"]["data-pipeline"]["systems"]] == [found]


def test_a_vendors_variables_stand_for_its_tracker_beside_the_trackers_code(scanned: Scan) -> None:
    files = {"a.sh": "DATABRICKS_HOST=a\n", "databricks.yml": "bundle:\n"}
    assert scanned(files)["components"] == {}
    assert system(scanned(files | {"a.py": "import mlflow\n"}), "databricks-managed-mlflow") is not None


def test_a_command_that_is_talked_about_installs_nothing(scanned: Scan) -> None:
    talk = 'raise ImportError("pip install mlflow to track")\nlogger.info("run !pip install mlflow")\n'
    result = scanned({"a.py": talk, "b.sh": "echo 'pip install mlflow'\n# pip install mlflow\npip install $X -r mlflow.txt numpy # mlflow\n"})
    assert {d["name"] for d in result["declared"]} == {"numpy"}


def test_a_vendors_sdk_alone_says_nothing_of_its_components(scanned: Scan) -> None:
    result = scanned({"a.py": "import sagemaker\nsagemaker.get_execution_role()\n", "requirements.txt": "sagemaker\n"})
    assert result["components"] == {}


def test_pipelines_of_a_vendor_show_no_endpoints_of_it(scanned: Scan) -> None:
    assert scanned({"a.py": "from google.cloud import aiplatform\naiplatform.init()\naiplatform.PipelineJob('x').run()\n"})["components"] == {}


def test_a_vendors_sdk_joins_what_its_api_shows_in_the_same_file(scanned: Scan) -> None:
    found = system(scanned({"a.py": "import sagemaker\nsagemaker.estimator.Estimator()\n", "b.py": "import sagemaker\nsagemaker.Session()\n"}), "sagemaker-training")
    assert found is not None and found["at"] == ["a.py:1", "a.py:2"]


@pytest.mark.parametrize("code", ["from a.callbacks import CometCallback\nisinstance(x, CometCallback)\n", "if args.report_to == 'comet_ml':\n    pass\n", "# report_to='comet_ml'\n"])
def test_what_only_asks_for_a_tracker_uses_none(code: str, scanned: Scan) -> None:
    assert scanned({"a.py": code})["components"] == {}


def test_a_charts_templates_are_what_it_deploys(scanned: Scan) -> None:
    kind = "kind: InferenceService\n"
    found = system(scanned({"infra/x/Chart.yaml": "name: x\n", "infra/x/templates/a.yaml": kind}), "kserve")
    assert found is not None and found["use"] == "core"
    found = system(scanned({"infra/x/Chart.yaml": "", "infra/x/templates/a.yaml": "", "templates/a.yaml": kind}), "kserve")
    assert found is not None and {s["use"] for s in found["signs"]} == {"example"}


def test_what_is_deployed_weighs_as_what_is_called(scanned: Scan) -> None:
    result = scanned({"a.yaml": "image: vllm/vllm-openai:1\n", "b.yaml": "image: vllm/vllm-openai:1\n", "c.py": "import replicate\nreplicate.run('x')\n"})
    assert [s["system"] for s in result["components"]["model-serving"]["systems"]] == ["vllm", "replicate"]


def test_a_vendors_sdk_and_a_text_say_nothing_either(scanned: Scan) -> None:
    assert scanned({"a.py": "import os\nimport ray\nray.init(os.environ['RAY_ADDRESS'])\n"})["components"] == {}


def test_invalid_python_gives_its_calls(scanned: Scan) -> None:
    found = system(scanned({"a.py": "print 'x'\nimport mlflow as m\nfrom mlflow import (log_metric,\n    log_param)\n\n@m.trace\nm.log_text('a')\nlog_param(1)\n"}), "mlflow")
    assert found is not None
    assert found["lock_in"]["call_sites"] == 3


def test_every_system_with_a_fingerprint_is_found(scanned: Scan, catalog: Any) -> None:
    """By what it alone has; its calls are counted where it is imported."""
    missing = []
    for name, entry in catalog.systems.items():
        prints = entry.fingerprints
        for i in prints.imports[:1]:
            home, _, last = i.rpartition(".")
            line = f"from {home} import {last} as x" if home else f"import {i} as x"
            result = scanned({f"{name}/requirements.txt": "\n".join(prints.pypi), f"{name}/a.py": f"{line}\nx.call()\n"})
            sharing = {s for s, e in catalog.systems.items() if i in e.fingerprints.imports}
            found = [f for s in sharing if (f := system(result, s)) and f"{name}/a.py:1" in f["at"]]
            if not found or not any(f["lock_in"]["call_sites"] for f in found):
                missing.append(name)
    assert missing == []


@pytest.mark.parametrize(
    ("path", "use"),
    [("src/a.py", "core"), ("tests/a.py", "test"), ("examples/a.py", "example"), ("docs/conf.py", "docs"), ("third_party/a.py", "vendored")],
)
def test_core_use_is_told_from_the_rest(path: str, use: str, scanned: Scan) -> None:
    found = system(scanned({path: "import mlflow\nmlflow.log_metric('a', 1)\n"}), "mlflow")
    assert found is not None and found["use"] == use


def test_a_mere_declaration_is_no_use(scanned: Scan) -> None:
    found = system(scanned({"requirements.txt": "mlflow\n"}), "mlflow")
    assert found is not None and found["use"] == "declared"


def test_the_projects_own_package_is_no_use_of_it(scanned: Scan) -> None:
    found = system(scanned({"pyproject.toml": '[project]\nname = "feast"\n', "feast/__init__.py": "", "feast/a.py": "from feast import b\n", "Dockerfile": "FROM feastdev/feature-server\n"}), "feast")
    assert found is None or found["use"] == "own"


def test_an_own_module_of_the_same_name_is_not_the_product(scanned: Scan) -> None:
    assert system(scanned({"schedule.py": "x = 1\n", "main.py": "import schedule\nschedule.x()\n"}), "cron") is None


def test_an_own_package_of_the_same_name_hides_the_product_only_where_it_holds_what_is_asked(scanned: Scan) -> None:
    own = {"app/x/airflow/__init__.py": "VERSION = 1\n", "app/x/airflow/runs.py": "", "app/use.py": "from airflow.runs import start\nfrom airflow import VERSION\n"}
    assert scanned(own)["components"] == {}
    found = system(scanned(own | {"dags/a.py": "from airflow.decorators import dag\n"}), "airflow")
    assert found is not None and "dags/a.py:1" in found["at"]


def test_a_comment_declares_nothing(scanned: Scan) -> None:
    assert scanned({"requirements.txt": "# clearml>=1.2\n", "compose.yaml": "# image: apache/airflow\n"})["components"] == {}


def test_lock_in_counts_sites_surface_files_and_dependants(scanned: Scan) -> None:
    result = scanned(
        {
            "app/__init__.py": "",
            "app/log.py": "import mlflow\nfrom mlflow import log_metric as lm\nlm('a', 1)\nmlflow.log_param('b', 2)\n@mlflow.trace\ndef f(): ...\nclient = mlflow.MlflowClient()\nclient.get_run('x')\n",
            "app/use.py": "from app.log import mlflow\nmlflow.log_metric('c', 1)\n",
            "app/far.py": "import app.log\n",
            "tests/test_a.py": "import mlflow\nmlflow.log_metric('t', 1)\n",
        }
    )
    found = system(result, "mlflow")
    assert found is not None
    lock = found["lock_in"]
    assert lock["call_sites"] == 6  # five in log.py, one through the wrapper
    assert (lock["files"], lock["dependants"], lock["outside_core"]) == (2, 1, 1)
    assert lock["kinds"] == {"logging call": 3, "other call": 1, "pipeline definition": 1, "read path": 1}
    assert "mlflow.MlflowClient.get_run" in lock["api"]


def test_training_code_says_what_ties_it(scanned: Scan) -> None:
    result = scanned({"train.py": "import torch\nimport wandb\ndef train(): wandb.log({})\n", "fit.py": "import sklearn\nm = sklearn.svm.SVC()\nm.fit(1)\n"})
    assert {p["path"]: p["portable"] for p in result["portability"]} == {"train.py": False, "fit.py": True}


QUEUE = "import redis\nclass JobQueue:\n    def enqueue(self): ...\n    def retry(self): ...\n    def mark_failed(self): ...\n" + "# a line of it\n" * 30
SERVER = "from fastapi import FastAPI\nimport torch\napp = FastAPI()\ndef load_model(): ...\n@app.post('/p')\ndef predict(x): ...\n" + "# a line of it\n" * 30
DRIFT = "import numpy\nfrom scipy import stats\ndef psi(a, b): ...\ndef drift_score(a): ...\ndef alert(): ...\n" + "# a line of it\n" * 30
LOGGER = "import json\nimport os\nclass RunLogger:\n    def log_metric(self): ...\n    def log_params(self): ...\n    def save(self): ...\n" + "# a line of it\n" * 30
FEATURES = "import redis\nclass FeatureRegistry:\n    def get_online_features(self): ...\n    def register(self): ...\n" + "# a line of it\n" * 30
LAUNCH = "import boto3\ndef launch_gpu_instance(): ...\ndef wait_status(): ...\ndef submit_training_job(): ...\n" + "# a line of it\n" * 30


@pytest.mark.parametrize(
    ("component", "text"),
    [("data-pipeline", QUEUE), ("model-serving", SERVER), ("monitoring", DRIFT), ("experiment-tracking", LOGGER), ("feature-store", FEATURES), ("training-compute", LAUNCH)],
)
def test_own_infrastructure_is_found_with_reasons(component: str, text: str, scanned: Scan) -> None:
    [own] = scanned({"src/infra/core.py": text})["components"][component]["home_grown"]
    assert own["paths"] == ["src/infra"]
    assert own["lines"] == text.count("\n") + 1
    assert {r["kind"] for r in own["reasons"]} >= {"imports", "names"}
    assert 0 < own["confidence"] < 1


@pytest.mark.parametrize(
    ("component", "text"),
    [("experiment-tracking", "import wandb\n" + LOGGER), ("model-serving", "from ray import serve\n" + SERVER), ("monitoring", "import evidently\n" + DRIFT)],
)
def test_a_layer_over_a_product_is_no_own_system(component: str, text: str, scanned: Scan) -> None:
    assert scanned({"src/infra/core.py": text})["components"][component]["home_grown"] == []


RUNS = "import json\n\n\ndef start_run(flow):\n    return json.dumps(flow)\n\n\ndef finish_run(run):\n    return run\n" + "# a line of it\n" * 30
SANDBOX = "import subprocess\n\n\nclass SandboxedInstance:\n    pass\n\n\ndef create_instance():\n    return subprocess.run(['x'])\n" + "# a line of it\n" * 30


def test_a_machine_alone_is_shown_and_stays_out_of_a_draft(scanned: Scan) -> None:
    """Its type says where something runs, not that it trains."""
    result = scanned({"main.tf": "x {\n  instance_type = \"g5.xlarge\"\n}\n"})
    assert system(result, "aws-ec2-gpu") is not None
    assert currents(result, "2026-11") == {}


@pytest.mark.parametrize("text", [RUNS, SANDBOX], ids=["runs of which nothing is logged", "instances of a class"])
def test_one_word_that_an_engine_of_workflows_has_too_makes_no_own_system(text: str, scanned: Scan) -> None:
    assert scanned({"src/infra/core.py": text})["components"] == {}


HANDED = "from fastapi import FastAPI\ndef create_api(model):\n    app = FastAPI()\n    @app.post('/call')\n    def call(x):\n        return model(x)\n    return app\n" + "# a line of it\n" * 30


def test_a_server_of_whatever_it_is_given_is_an_own_one(scanned: Scan) -> None:
    [own] = scanned({"src/api/app.py": HANDED})["components"]["model-serving"]["home_grown"]
    assert (own["paths"], own["what"]) == (["src/api"], "a model server in FastAPI")
    assert scanned({"src/api/app.py": HANDED.replace("model(x)", "model.query(x)")})["components"]["model-serving"]["home_grown"] == []


def test_a_queue_made_of_a_librarys_class_is_found(scanned: Scan) -> None:
    code = "from huey import RedisHuey\nfrom huey.consumer_options import ConsumerConfig\nclass Own(RedisHuey):\n    pass\nhuey = Own()\nConsumerConfig(workers=1)\n" + "# a line of it\n" * 30
    assert scanned({"archive/tasks.py": code})["components"]["data-pipeline"]["home_grown"]


def test_what_another_own_module_made_is_known_by_its_maker(scanned: Scan) -> None:
    tasks = "from app.extensions import celery\n@celery.task\ndef update(): ...\n@celery.task\ndef train(): ...\n" + "# a line of it\n" * 30
    [own] = scanned({"app/__init__.py": "", "app/extensions.py": "from celery import Celery\ncelery = Celery()\n", "app/tasks.py": tasks})["components"]["data-pipeline"]["home_grown"]
    assert own["files"] == ["app/extensions.py", "app/tasks.py"]
    found = system(scanned({"app/log.py": "import mlflow\nclient = mlflow.MlflowClient()\n", "app/use.py": "from app.log import client\nclient.log_metric('a', 'b', 1)\n"}), "mlflow")
    assert found is not None and found["lock_in"]["sites"] == ["app/log.py:2", "app/use.py:2"]


def test_a_timer_in_a_long_file_makes_no_scheduler_of_it(scanned: Scan) -> None:
    code = "from apscheduler.schedulers.background import BackgroundScheduler\nscheduler = BackgroundScheduler()\nscheduler.add_job(print)\ndef lock_state(): ...\ndef job_status(): ...\n"
    assert scanned({"app/ui.py": code + "x = 1\n" * 400, "app/gen.py": "def clear_queue(): ...\n"})["components"]["data-pipeline"]["home_grown"] == []


def test_many_folders_side_by_side_are_one_thing(scanned: Scan) -> None:
    [own] = scanned({f"app/tasks/{n}/core.py": QUEUE for n in "abcd"})["components"]["data-pipeline"]["home_grown"]
    assert (own["paths"], len(own["files"]), own["lines"]) == (["app/tasks"], 4, 4 * (QUEUE.count("\n") + 1))


def test_types_of_a_web_framework_serve_nothing(scanned: Scan) -> None:
    code = "from fastapi import UploadFile\nimport torch\ndef predict(x): ...\ndef load_model(): ...\n" + "# a line of it\n" * 30
    assert scanned({"src/api/app.py": code})["components"]["model-serving"]["home_grown"] == []


def test_one_endpoint_makes_no_model_server_of_an_application(scanned: Scan) -> None:
    views = "from rest_framework.views import APIView\nclass PredictionView(APIView):\n    def predict(self):\n        pass\n" + "class OtherView(APIView):\n    x = 1\n" * 300
    [own] = scanned({"app/core/views.py": views, "app/core/admin.py": "import django\n" * 400})["components"]["model-serving"]["home_grown"]
    assert (own["paths"], own["lines"], own["what"]) == (["app/core/views.py"], 3, "a model server in Django")


@pytest.mark.parametrize(
    ("files", "name"),
    [
        ({"a.py": "from flask import Flask\nimport torch\napp = Flask('a')\n"}, "a model server in Flask"),
        ({"a.py": "import flask\nfrom m import model\napp = flask.Flask('a')\n", "m/__init__.py": "import joblib\nmodel = joblib.load('x')\n"}, "a model server in Flask"),
        ({"a.py": "from fastapi import FastAPI\nimport starlette\napp = FastAPI()\n"}, "FastAPI, no model seen behind it"),
        ({"plumber.R": "library(vetiver)\nlibrary(plumber)\n"}, "a model server in plumber and vetiver"),
    ],
)
def test_a_web_framework_is_called_what_it_is(files: dict[str, str], name: str, scanned: Scan) -> None:
    found = system(scanned(files), "fastapi-container")
    assert found is not None
    assert (found["name"], found["confidence"] < 0.6) == (name, "no model" in name)


def test_what_keeps_values_of_steps_is_no_feature_store(scanned: Scan) -> None:
    code = "import pandas\nclass TableMaterializer:\n    def load(self): ...\nclass TimeMaterializer:\n    def save(self): ...\n" + "# a line of it\n" * 30
    assert scanned({"app/materializers/a.py": code})["components"] == {}


def test_googles_other_packages_launch_nothing(scanned: Scan) -> None:
    code = "from google.cloud import X\ndef create_instance(): ...\ndef submit_batch_job(): ...\ndef wait_status(): ...\n" + "# a line of it\n" * 30
    assert scanned({"jobs/a.py": code.replace("X", "bigquery")})["components"] == {}
    assert scanned({"jobs/a.py": code.replace("X", "batch_v1")})["components"]["training-compute"]["home_grown"]


def test_one_endpoint_with_a_loaded_model_is_enough(scanned: Scan) -> None:
    code = "from flask import Blueprint\nfrom app.config import load_model\napi = Blueprint('a', 'b')\n@api.route('/predict')\ndef predict(): ...\n" + "# a line of it\n" * 30
    assert scanned({"app/routes.py": code})["components"]["model-serving"]["home_grown"]


@pytest.mark.parametrize("path", ["vendor/core.py", "tests/core.py"])
def test_vendored_code_and_tests_are_not_own_infrastructure(path: str, scanned: Scan) -> None:
    assert all(c["home_grown"] == [] for c in scanned({path: QUEUE})["components"].values())
