"""What `/v1` serves as FHIR: for the systems of clinicians that read. https://hl7.org/fhir/R5/"""
