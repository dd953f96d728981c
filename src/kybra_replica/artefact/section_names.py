"""The custom sections of an artefact, by name.

Source: the interface specification's canister module format: `icp:public NAME` may be read by
everybody, `icp:private NAME` by controllers.
"""

PUBLIC = "icp:public "
PRIVATE = "icp:private "
CANDID = "candid:service"
SOURCE = "python:source"
