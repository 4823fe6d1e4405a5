/** The version of MLflow whose interface we speak, and whose server we are compared with. */
export const mlflowVersion = '3.17.2'
